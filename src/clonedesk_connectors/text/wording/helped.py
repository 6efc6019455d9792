"""Whether an answer helped: thanks and solved, or that it did not help and plain anger."""

from __future__ import annotations

from clonedesk_connectors.text.wording.table import Table, phrases

# Thanks, or the problem is gone.
SOLVED = Table(
    {
        "en": phrases(
            "thank thx ty cheers appreciated perfect awesome great brilliant wonderful worked works helped "
            "helps solved fixed did sorted good got gone working questions",
            r"\b(?:thanks|thank you|thx|ty|cheers|much appreciated|perfect|awesome|great|brilliant|wonderful)\b",
            r"\b(?:that|it|this|which) (?:worked|works|helped|helps|solved it|fixed it|did it|did the trick)\b",
            r"\b(?:solved|fixed|resolved|sorted|all good|got it|problem gone|working now|works now|no more "
            r"questions)\b",
        ),
        "de": phrases(
            "dank super perfekt prima klasse wunderbar passt klappt funktionier geht läuft gelöst erledigt geholfen",
            r"\b(?:danke|dankeschön|vielen dank|besten dank|herzlichen dank|super|perfekt|prima|klasse|wunderbar|"
            r"passt)\b",
            r"\b(?:hat geklappt|klappt (?:jetzt|wieder)|hat funktioniert|(?:funktioniert|geht|läuft) (?:jetzt|wieder|"
            r"nun)|gelöst|"
            r"erledigt|geholfen)\b",
        ),
        "fr": phrases(
            "merci super parfait génial impeccable ça c'est cela résolu réglé",
            r"\b(?:merci|super|parfait|génial|impeccable)\b",
            r"\b(?:(?:ça|cela) (?:marche|fonctionne|remarche)|c'est (?:réglé|résolu|bon)|problème (?:résolu|réglé))\b",
        ),
        "es": phrases(
            "gracias perfecto genial estupendo excelente listo funcion solucionado resuelto ayudó sirvió está",
            r"\b(?:gracias|perfecto|genial|estupendo|excelente|listo)\b",
            r"\b(?:ya (?:me )?funciona|funcionó|solucionado|resuelto|ya está|me ayudó|me sirvió)\b",
        ),
        "pt": phrases(
            "obrigad valeu perfeito ótimo excelente agradeço funcion resolvid resolveu certo ajudou está",
            r"\b(?:obrigad[oa]|valeu|perfeito|ótimo|excelente|agradeço)\b",
            r"\b(?:funcionou|já (?:funciona|está)|resolvid[oa]|resolveu|deu certo|ajudou)\b",
        ),
        "it": phrases(
            "grazie perfetto ottimo benissimo fantastico funziona risolto posto adesso ora",
            r"\b(?:grazie|perfetto|ottimo|benissimo|fantastico)\b",
            r"\b(?:(?:ora|adesso) (?:funziona|va)|ha funzionato|risolto|a posto)\b",
        ),
        "nl": phrases(
            "dank perfect prima super werkt opgelost gelukt",
            r"\b(?:bedankt|dank|dankjewel|dankuwel|dank u|perfect|prima|super)\b",
            r"\b(?:werkt (?:nu|weer)|het werkt|opgelost|gelukt)\b",
        ),
        "pl": phrases(
            "dzięk super świetnie idealnie jasne działa rozwiązane udało pomogło",
            r"\b(?:dziękuję|dziękujemy|dzięki|super|świetnie|idealnie|wszystko jasne)\b",
            r"\b(?:działa|zadziałało|rozwiązane|udało się|pomogło)\b",
        ),
        "ja": phrases(
            "ありがとう 助かりました 感謝 解決 できました 直りました 動きました ようになりました 了解",
            "ありがとう",
            "助かりました",
            "感謝",
            "解決(?:しました|いたしました|できました|です)",
            "(?:うまく|無事)?(?:できました|直りました|動きました)",
            "(?:使える|動く|見られる)ようになりました",
            "了解(?:です|しました|いたしました)",
        ),
        "ar": phrases(
            "شكر ممتاز رائع تمام مشكور حل يعمل اشتغل",
            r"(?:شكرا|اشكركم|اشكرك|مشكور|ممتاز|رائع|تمام)",
            r"(?:تم (?:ال)?حل|حلت المشكله|انحلت|يعمل الان|اشتغل)",
        ),
    }
)

# The answer did not help, or plain anger.
NOT_HELPED = Table(
    {
        "en": phrases(
            "anywhere further stuck nowhere listen help work solv fix answer still keep same useless waste "
            "unaccept ridic terrible worst frustrat "
            "disappoint fed pointless circles joke change continue persist remain wrong tried just already "
            "joy success luck difference kept no·use nothing not",
            r"\b(?:it|that|this|they|which|you|solution|answer|suggestion|steps|link|article)(?:'ve| have| has)? "
            r"(?:still |really "
            r"|also )?(?:did not|didn't|does not|doesn't|do not|don't|is not|isn't|was not|wasn't|never|not) "
            r"(?:really |actually |"
            r"even )?(?:help|helped|helping|work|worked|working|solve|solved|fix|fixed|answer|answered)\b",
            r"\b(?:not|isn't|wasn't|un)(?: really| very| at all)? ?help(?:ful|ing)\b",
            r"\b(?:still|keeps?) (?:not|doesn't|broken|failing|the same|there|having|getting|happening|waiting|"
            r"unable|can't|"
            r"cannot)\b",
            r"\b(?:useless|no use|waste of time|unacceptable|ridiculous|terrible|worst|frustrat\w+|disappoint\w+|fed "
            r"up|pointless|"
            r"going in circles|(?:is|what) a joke)\b",
            r"\bsame (?:answer|thing|error|problem|issue|result|message)\b.{0,15}\b(?:again|as before|every time|"
            r"over and over|still)\b",
            r"\bnothing (?:has )?(?:changed|happens|happened|helped|worked|works)\b",
            r"\b(?:problem|issue|error) (?:still )?(?:persists|remains|continues|is still)\b",
            r"\b(?:wrong|not my|not the) (?:answer|question|problem)\b|\banswer is wrong\b",
            "not what i (?:asked|meant|need)",
            r"\b(?:already|just) (?:tried|did|done) (?:that|this|it|all)\b|\btried (?:that|this|"
            r"it)\b.{0,30}\b(?:already|before|no|without|didn't|doesn't)\b",
            r"\b(?:without|no) (?:success|luck|joy)\b|\b(?:doesn't|didn't|does not|made no|makes no) (?:make (?:a |"
            r"any )?)?(?:difference|change)",
            r"\byou (?:just |only )?(?:keep|kept) (?:sending|telling|repeating|giving|asking)\b|\b(?:sending|giving|"
            r"telling) me the same\b",
            r"\bnot what i (?:was|am) looking for\b",
            r"\bstill stuck\b|\b(?:got|gets|get|getting|going) (?:me |us )?nowhere\b|\b(?:you\'re|you are) not "
            r"(?:listening|reading|understanding)\b",
            r"\b(?:didn\'t|did not|don\'t|doesn\'t) (?:get|bring) (?:me|us) (?:any further|anywhere)\b",
        ),
        "de": phrases(
            "frustr leere hänge noch selb hören lesen verstehen nicht immer selbe gleiche besserung änderung "
            "nutzlos unverschämt frechheit enttäuscht "
            "katastrophe lächerlich zeitverschwendung unzumutbar kreis sauer wütend verärgert ergebnis schon "
            "bereits erfolg vorbei",
            r"\b(?:hat|haben|hilft|half)\b~nicht(?:s)?(?: weiter)?(?: geholfen| gebracht)?\b(?! (?:nur|mehr))",
            r"\b(?:funktioniert|geht|klappt) (?:immer noch |leider |trotzdem |weiterhin |es |so )*nicht\b(?! mehr)",
            r"\b(?:bringt|nützt|nutzt) (?:mir |uns |leider |gar |überhaupt )*(?:nichts|nicht weiter)\b",
            "nicht (?:sehr |wirklich )?hilfreich",
            r"immer noch (?:nicht|das gleiche|dasselbe|derselbe|kein\w*)",
            "weiterhin nicht|keine besserung",
            r"\b(?:der|die|das)(?:selbe| gleiche) (?:fehler|problem|meldung)\b.{0,20}\b(?:vorher|immer|wieder|noch)\b",
            r"\bnichts (?:ist passiert|hat sich geändert|passiert|verändert)\b|\bkeine änderung\b",
            r"\bnicht (?:das |die )?(?:meine|was ich) (?:frage|gefragt|gemeint)\b",
            r"\b(?:nutzlos|unverschämt|frechheit|enttäuscht|katastrophe|lächerlich|zeitverschwendung|unzumutbar|"
            r"(?:echt|stink|"
            r"langsam) ?sauer|wütend|verärgert|(?:uns|mich) (?:hier )?im kreis)\b",
            r"\b(?:ohne|kein(?:en)?) (?:erfolg|ergebnis)\b|\b(?:schon|bereits) (?:alles )?(?:probiert|versucht|"
            r"gemacht|getestet)\b",
            r"\bkann ich nichts anfangen\b|\bimmer (?:wieder |nur )?(?:den|die|das)selben?\b|\bimmer (?:wieder |nur "
            r")?(?:den|die|das) gleichen?\b",
            r"\bgeht (?:völlig |komplett |total )?an (?:meiner|der) frage vorbei\b|\bändert (?:sich )?(?:leider "
            r")?nichts\b",
            r"\bins leere\b|\bimmer noch (?:am|an der|auf dem|beim?) (?:selben|gleichen)|\bhänge (?:immer noch|"
            r"noch immer|fest)",
            r"\b(?:hören|lesen|verstehen) sie mir (?:gar |überhaupt )?nicht|\bsie (?:hören|verstehen|"
            r"lesen)\b.{0,12}\bnicht (?:zu|richtig)\b",
            r"\bfrustr\w+",
        ),
        "fr": phrases(
            "frustr énerv mènent bloqué écout pas rien toujours même inutile inadmissible inacceptable nul "
            "ridicule déçu honteux n'importe "
            "colère déjà succès résultat",
            r"(?:ça|cela|ceci|il|elle|réponse|solution|lien) (?:n'a|ne|n') ?(?:m'|me |m'a )?(?:marche|fonctionne|"
            r"aide|résout|aidé|"
            r"sert) ?(?:toujours )?(?:pas|rien|en rien)",
            r"\b(?:n'a|n'avez|n'ai|ne m'a|ne m'avez|ne nous a) (?:toujours |vraiment )?(?:pas|rien)(?: du tout| "
            r"vraiment| toujours)? "
            r"(?:aidée?|marché|fonctionné|résolu|répondu)",
            "ne (?:m'aide|marche|fonctionne|sert|répondez|répond) (?:toujours |vraiment )?(?:pas|à rien|en rien)",
            r"toujours (?:pas|(?:le|la) même|là\b)",
            r"\brien n'a (?:changé|bougé)",
            "pas ce que j'ai (?:demandé|dit)",
            r"\b(?:inutile|inadmissible|inacceptable|nul|ridicule|déçue?|honteux|n'importe quoi|en colère)\b",
            r"\bsans (?:succès|résultat)\b|\bdéjà (?:essayé|tenté|fait|testé)\b",
            r"\b(?:ne change|n'a) rien(?: changé)?\b|\btoujours (?:le|la|les) mêmes?\b|\bmême (?:problème|erreur|"
            r"réponse|lien) (?:qu'avant|à chaque)",
            r"\bne (?:mènent?|mène) à rien\b|\btoujours (?:bloqué|coincé)e?\b|\bne (?:m\'|me |nous )(?:écoutez|"
            r"lisez|comprenez) pas\b",
            r"\b(?:frustr|énerv)\w+",
        ),
        "es": phrases(
            "continúa frustr lleva conduce entiend están leyend atrapad continúa llevan atascad escuch entend "
            "bloquead dije pedí pregunté aún todavía ayud sirv funcion soluci resuelv resuelve respond aclara "
            "cambi sigue nada "
            "mism inútil inaceptable pésim vergüenza decepcionad ridículo pérdida tomadura enfadad probé hice probado "
            "intent éxito resultado suerte",
            r"\bno (?:me |nos |se |ha |han )*(?:ayuda|ayudó|ayudado|sirve|sirvió|funciona|funcionó|soluciona|"
            r"solucionó|resuelve|"
            r"responde|respondió|respondido|aclara)\b",
            "sigue (?:sin|igual|fallando)",
            r"(?:todavía|aún) no (?:me |se )?(?:funciona|ha|he|tengo|puedo|está)",
            r"\bnada (?:ha cambiado|cambió|cambia)|\bno (?:ha )?cambi(?:ó|ado) nada",
            r"no es (?:eso )?lo que (?:pregunté|pedí|dije)|\bel mismo (?:error|problema) (?:de siempre|otra vez|"
            r"que antes)",
            r"\b(?:inútil|inaceptable|pésim[oa]|vergüenza|decepcionad[oa]|ridículo|pérdida de tiempo|tomadura de pelo|"
            r"enfadad[oa])\b",
            r"\bsin (?:éxito|resultado|suerte)\b|\bya (?:lo )?(?:intenté|probé|hice|he (?:intentado|probado))\b",
            r"\bsiempre\b.{0,20}\bl?[oa]?e?l? ?(?:mismo|misma|mismos|mismas)\b|\b(?:sigo|seguimos|continúo) con "
            r"(?:el|los) mism",
            r"\bno cambia nada\b",
            r"\bno (?:llevan?|conducen?) a (?:nada|ningún)|\b(?:sigo|seguimos) (?:atascad|bloquead|atrapad)|\bno "
            r"me (?:están? )?(?:escuch|entiend|leyend)",
            r"\bfrustr\w+",
            r"\bcontinúa sin\b",
        ),
        "pt": phrases(
            "frustr encravad perceb entend levam pres bloquead ouvir não mesm continua nada inútil inaceitável "
            "péssim vergonha decepcionad desiludid ridículo perda "
            "brincadeira chatead fiz experimentei resultado sorte tentado sucesso tentei",
            r"\bnão (?:me |nos |se |foi |ajudou )*(?:ajuda|ajudou|adianta|adiantou|funciona|funcionou|resolve|"
            r"resolveu|serve|"
            r"serviu|respondeu|responde)\b",
            "continua (?:sem|igual|com o mesmo)",
            r"ainda não (?:me |se )?(?:funciona|tenho|consigo|foi|está)",
            r"\bnada (?:mudou|muda)|\bnão mudou nada",
            r"não (?:foi|era|é) isso (?:o )?que (?:perguntei|pedi|disse)|\bo mesmo (?:erro|problema) (?:de antes|de "
            r"sempre|outra vez)",
            r"\b(?:inútil|inaceitável|péssim[oa]|vergonha|decepcionad[oa]|desiludid[oa]|ridículo|perda de tempo|"
            r"brincadeira de mau|"
            r"chatead[oa])\b",
            r"\bsem (?:sucesso|resultado|sorte)\b|\bjá (?:tentei|experimentei|fiz|tinha tentado)\b",
            r"\bsempre\b.{0,12}\b(?:mesm[oa]s?)\b|\b(?:continuo|continuamos|estou) com o(?:s)? mesm",
            r"\bnão (?:muda|mudou) nada\b",
            r"\bnão (?:levam?|conduzem?) a (?:nada|lado)|\bcontinuo (?:pres|bloquead|encravad)|\bnão me "
            r"(?:estão? a )?(?:ouv|perceb|entend)",
            r"\bfrustr\w+",
        ),
        "it": phrases(
            "frustr continua portano bloccat ascolt non ancora sempre inutile inaccettabile pessim vergogna "
            "delus ridicol perdita presa arrabbiat già senza",
            r"\bnon (?:mi |ci |è |ha |hanno |stato |stata |alla )*(?:aiuta|aiutato|funziona|funzionato|serve|servito|"
            r"risolve|"
            r"risolto|risposto|risponde|utile|d'aiuto)\b",
            "ancora (?:non|lo stesso)",
            r"non è (?:quello|ciò|questo) che (?:ho chiesto|chiedevo)|\bsempre lo stesso (?:errore|problema)",
            r"(?:non è cambiato|non cambia|non succede) (?:nulla|niente)",
            r"\b(?:inutile|inaccettabile|pessim[oa]|vergogna|delus[oa]|ridicol[oa]|perdita di tempo|presa in giro|"
            r"arrabbiat[oa])\b",
            r"\bsenza (?:successo|risultat\w|esito)\b|\b(?:ho )?già (?:provato|tentato|fatto)\b",
            r"\bsempre (?:l[oa]|gli|le) stess\w\b|\b(?:ho|abbiamo|c'è) ancora (?:il|lo|un|quel) (?:problema|errore)",
            r"\bnon port(?:ano|a) a (?:niente|nulla)|\bancora bloccat\w|\bnon mi (?:state |sta )?(?:ascolt|cap)",
            r"\bfrustr\w+|\bcontinua a non\b",
        ),
        "nl": phrases(
            "frustr leveren vast luister niet nog zelfde nutteloos onacceptabel belachelijk teleurgesteld "
            "schandalig tijdverspilling "
            "waardeloos slaat boos gedaan getest resultaat succes geprobeerd fout storing probleem",
            r"\b(?:helpt|hielp|werkt|werkte|lukt|lost) (?:\w+ ){0,3}niet\b",
            r"niet (?:geholpen|opgelost|beantwoord)|(?:nog|steeds|weer|het is) niet gelukt",
            r"nog (?:steeds|altijd) (?:niet|hetzelfde|dezelfde|geen|kapot)",
            r"\bniets (?:is )?veranderd|heb (?:ik )?(?:er )?niets aan",
            r"niet (?:mijn vraag|wat ik (?:vroeg|bedoel\w*))",
            r"\b(?:nutteloos|onacceptabel|belachelijk|teleurgesteld|schandalig|tijdverspilling|waardeloos|slaat "
            r"nergens op|boos)\b",
            r"\bzonder (?:resultaat|succes)\b|\b(?:al|reeds) (?:alles )?(?:geprobeerd|gedaan|getest)\b",
            r"\bsteeds (?:weer )?(?:de|het)zelfde\b|\b(?:probleem|fout|storing) (?:is er|blijft|bestaat) (?:nog|"
            r"bestaan)",
            r"\blever(?:en|t) (?:me )?niets op\b|\bzit (?:ik )?nog (?:steeds|altijd) vast|\bluister\w* (?:niet|"
            r"nooit)\b",
            r"\bfrustr\w+",
        ),
        "pl": phrases(
            "frustruj utkn prowadz tkwi słuchacie utkną nie wciąż nadal ciągle bez kpina skandal rozczarowan "
            "strata żenada żart już problem",
            r"\bnie (?:pomogło|pomogła|pomaga|zadziałało|rozwiązuje|rozwiązało|odpowiedzi\w+)\b|\bnie działa\b",
            r"(?:nadal|wciąż|ciągle) (?:nie|to samo|ten sam|jest)",
            r"\bnic (?:się nie zmieniło|mi nie daje|nie daje)|\bnie o to (?:pyta|chodzi)",
            r"\b(?:bezużyteczn\w+|skandal|rozczarowan\w+|strata czasu|żenada|jakiś żart|kpina)\b",
            r"\bbez (?:skutku|efektu|rezultatu|powodzenia)\b|\bjuż (?:to )?(?:próbowa|robi|sprawdza)ł[ae]m\b",
            r"\bproblem (?:nadal|wciąż|ciągle|dalej) (?:jest|występuje|istnieje|trwa)|\bciągle (?:\w+ ){0,2}(?:ten "
            r"sam|to samo|tę samą)",
            r"\bdo niczego nie prowadz|\b(?:nadal|wciąż|ciągle|dalej) (?:tkwi|utkn)|\bnie (?:słuchacie|"
            r"rozumiecie|czytacie)",
            r"\bfrustruj\w+",
        ),
        "ja": phrases(
            "イライラ 腹が立 いかな 役にも うまくいき 止まっ 聞いて ません ない まだ 同じ 間違 最悪 ひどい 不満 "
            "がっかり 無駄 いい加減 やっ 試し",
            "解決(?:しない|しません|していません|できません|してない)",
            "(?:役に立|参考にな)(?:たない|ちません|らない|りません)",
            r"まだ[^。\n]{0,12}(?:ません|ない)",
            r"(?:動き|直り|でき)ません(?:でした)?(?=[。!\s]|$)",
            r"何も変わ(?:りません|らない|っていません|りませんでした)|同じ(?:エラー|問題|答え|"
            r"回答)[^。\n]{0,8}(?:まま|また|続|繰り返)",
            r"答えになって(?:いません|いない|ない)|(?:回答|答え)が間違|聞いているのでは(?:ありません|ない)|まだ続いて",
            "(?:最悪|ひどい|不満|がっかり|時間の無駄|いい加減にして)",
            r"(?:試し|やっ)[^。\n]{0,10}(?:だめ|ダメ|駄目|無理|変わりません|効果)|何度も同じ|期待した(?:回答|"
            r"答え)?(?:では|じゃ)(?:ありません|ない)",
            r"うまくいき(?:ません|ませんでした)|うまくいかな|止まったまま|話を聞いて(?:い)?ません|何の役にも",
            r"イライラ|腹が立",
        ),
        "ar": phrases(
            "توصل عالق تستمع لم غير لا ما مضيعه نفس خاطئ مستاء محبط غاضب سيء فاشل دون جربت",
            r"لم (?:يساعد|تساعد|يفد|ينفع|تنفع|تجب|تجيب|يجب|تحل|يحل|يتغير|تفهم|ينجح)\S*",
            r"(?:لا|ما) (?:يعمل|يساعد|يفيد|ينفع|فائده)\S*|ما زال\S* (?:لا|المشكله|موجود)|لا (?:يزال|تزال)",
            r"غير (?:مفيد|صحيح|مقبول)\S*|بلا فائده|مضيعه",
            r"ليس هذا ما (?:سالت|طلبت|قصدت)|(?:اجاب\S*|رد\S*) خاطئ\S*|نفس (?:الخطا|المشكله|الرد)\S*.{0,20}(?:مره|"
            r"دائما|سابق)",
            r"(?:محبط|غاضب|سيء|فاشل|مستاء)\S*",
            r"(?:دون|بدون|بلا) (?:جدوي|فائده|نتيجه)|جربت(?: \S+){0,3}? (?:من قبل|سابقا|بالفعل)|ما زالت المشكله|"
            r"المشكله (?:ما زالت|لم تحل|مستمره|قائمه)",
            r"نفس (?:الرابط|الجواب|الاجابه|الكلام|الشيء)",
            r"لم توصل\S*|ما زلت عالق\S*|لا (?:تستمع|تسمع|تفهم|تقرا)\S*",
        ),
    }
)
