"""Phrases by purpose and language, for `intent`.

Each row is one regular expression over folded, lower-case text; `~` stands for up to three words in between.
Conservative: a phrase is listed only if it hardly means anything else in a support ticket.
"""

from __future__ import annotations

from collections.abc import Mapping

# A request to speak to a person.
HUMAN: Mapping[str, tuple[str, ...]] = {
    "en": (
        r"(?:speak|talk|chat|connect|transfer|put|escalate|forward|hand|switch|get|direct|speaking|talking|chatting)"
        r"(?: me| us| this)?~(?:human|person|real person|someone real|agent|representative|rep|operator|supervisor|"
        r"manager|advisor)\b(?! (?:by|song))",
        r"\b(?:speak|talk|chat|speaking|talking|chatting) (?:to|with) (?:someone|somebody|some one)\b",
        r"(?:want|need|prefer|request|like|give me|get me|assistance|help)~(?:human|real person|live agent|live person|"
        r"supervisor)\b",
        r"\b(?:live|real|human) (?:agent|person|support|representative|operator|assistance|help)\b.{0,20}\bplease",
        r"(?:don't|do not) want to (?:talk|speak|chat) (?:to|with) (?:an? |the |this )?(?:bot|robot|machine|ai)\b",
        r"\bis there an? (?:actual |real )?(?:human|person)\b",
        r"^(?:human|agent|representative|operator|real person|live agent)(?: please)?\W*$",
    ),
    "de": (
        r"\bverbinden sie mich\b",
        r"(?:sprechen|reden|schreiben|verbinden|verbunden|weiterleiten|kontakt)\b~?(?:menschen|mitarbeiter)",
        "mit (?:einem |einer )?(?:echten |richtigen |realen )?(?:menschen|mitarbeiter(?:in)?|person|"
        r"berater(?:in)?|vorgesetzten|kundenberater|support-mitarbeiter)\b.{0,30}(?:sprechen|reden|schreiben|"
        "verbinden|verbunden|chatten)",
        "(?:echten|richtigen|realen) (?:menschen|mitarbeiter|person|ansprechpartner)",
        "(?:keinen|nicht mit (?:einem|dem)) (?:bot|roboter|chatbot|computer)",
    ),
    "fr": (
        "(?:parler|discuter|échanger|contacter|joindre|passer|passez|transférer|transférez)~(?:humain|conseiller|"
        r"conseillère|personne|agent|opérateur|responsable|quelqu'un|vraie personne)\b",
        "(?:un|une) (?:vrai|vraie|véritable) (?:humain|personne|conseiller|conseillère|agent|interlocuteur)",
        "pas (?:parler )?(?:à|avec) (?:un|une|ce) (?:robot|machine|bot|chatbot|ia)",
    ),
    "es": (
        "(?:hablar|comunicar|comunicarme|contactar|pasar|páseme|pásame|transferir|transfiérame)~(?:humano|"
        r"humana|persona|agente|asesor|asesora|operador|operadora|representante|supervisor|alguien real)\b",
        "(?:una persona|un agente|un asesor|un humano) (?:real|de verdad|humano|humana)",
        "no quiero (?:hablar|chatear) con (?:un|una|el|este) (?:robot|bot|máquina|ia)",
    ),
    "pt": (
        "(?:falar|conversar|contatar|contactar|transferir|transfira|passar|atendido)~(?:humano|humana|pessoa|"
        r"atendente|agente|operador|operadora|representante|supervisor|alguém de verdade)\b",
        "(?:uma pessoa|um atendente|um humano) (?:real|de verdade|humano)",
        "atendimento humano",
        "não quero (?:falar|conversar) com (?:um |o |este )?(?:robô|bot|máquina|ia)",
    ),
    "it": (
        "(?:parlare|contattare|passare|passatemi|passami|trasferire|trasferitemi|comunicare)~(?:umano|umana|"
        r"persona|operatore|operatrice|agente|consulente|responsabile|qualcuno di reale)\b",
        "(?:una persona|un operatore) (?:reale|vera|vero|umano|in carne e ossa)",
        "non voglio parlare con (?:un |il |questo )?(?:robot|bot|una macchina)",
    ),
    "nl": (
        "(?:spreken|praten|chatten|doorverbinden|doorverbonden|contact)~(?:mens|medewerker|persoon|collega|"
        r"agent|leidinggevende)\b",
        "(?:een |met een )?(?:echt|echte) (?:mens|persoon|medewerker)",
        r"met een (?:mens|medewerker|persoon)\b.{0,20}(?:spreken|praten|chatten)",
        r"\b(?:medewerker|mens|persoon|collega) (?:te )?(?:spreken|bellen)\b",
        "niet met een (?:robot|bot|chatbot|computer)",
    ),
    "pl": (
        "(?:rozmawiać|porozmawiać|połączyć|połączcie|skontaktować)~?(?:człowiekiem|konsultantem|pracownikiem|osobą)",
        "(?:żywym człowiekiem|prawdziwym człowiekiem|prawdziwą osobą)",
    ),
    "ja": (
        "(?:人間|オペレーター|担当者|スタッフ|有人|生身の人|係の(?:方|人))(?:の方)?(?:と|に|へ|の対応|対応|"
        r"を)[^。\n]{0,15}(?:話|つな|繋|代わ|替わ|変わ|お願い|希望|対応して|出して|呼ん)",
        "(?:ロボット|ボット|ai|自動応答)(?:では|じゃ)な(?:く|い)",
        "有人(?:チャット|対応|サポート)",
    ),
}

# Thanks, or the problem is gone.
SOLVED: Mapping[str, tuple[str, ...]] = {
    "en": (
        r"\b(?:thanks|thank you|thx|ty|cheers|much appreciated|perfect|awesome|great|brilliant|wonderful)\b",
        r"\b(?:that|it|this|which) (?:worked|works|helped|helps|solved it|fixed it|did it|did the trick)\b",
        r"\b(?:solved|fixed|resolved|sorted|all good|got it|problem gone|working now|works now|"
        r"no more questions)\b",
    ),
    "de": (
        r"\b(?:danke|dankeschön|vielen dank|besten dank|super|perfekt|prima|klasse|wunderbar)\b",
        r"\b(?:hat geklappt|hat funktioniert|funktioniert (?:jetzt|wieder)|geht (?:jetzt|wieder)|gelöst|"
        r"erledigt|geholfen)\b",
    ),
    "fr": (
        r"\b(?:merci|super|parfait|génial|impeccable)\b",
        r"\b(?:ça (?:marche|fonctionne)|c'est (?:réglé|résolu|bon)|problème résolu)\b",
    ),
    "es": (
        r"\b(?:gracias|perfecto|genial|estupendo|excelente)\b",
        r"\b(?:ya funciona|funcionó|solucionado|resuelto|ya está|me ayudó|me sirvió)\b",
    ),
    "pt": (
        r"\b(?:obrigad[oa]|valeu|perfeito|ótimo|excelente|agradeço)\b",
        r"\b(?:funcionou|já funciona|resolvido|resolveu|deu certo|ajudou)\b",
    ),
    "it": (
        r"\b(?:grazie|perfetto|ottimo|benissimo|fantastico)\b",
        r"\b(?:ora funziona|adesso funziona|ha funzionato|risolto|a posto)\b",
    ),
    "nl": (
        r"\b(?:bedankt|dank|dankjewel|dankuwel|dank u|perfect|prima|super)\b",
        r"\b(?:werkt (?:nu|weer)|het werkt|opgelost|gelukt)\b",
    ),
    "pl": (
        r"\b(?:dziękuję|dzięki|super|świetnie|idealnie)\b",
        r"\b(?:działa|zadziałało|rozwiązane|udało się|pomogło)\b",
    ),
    "ja": (
        "ありがとう",
        "助かりました",
        "感謝",
        "解決(?:しました|いたしました|できました|です)",
        "(?:うまく|無事)?(?:できました|直りました|動きました)",
        "了解(?:です|しました|いたしました)",
    ),
}

# The answer did not help, or plain anger.
NOT_HELPED: Mapping[str, tuple[str, ...]] = {
    "en": (
        r"\b(?:it|that|this|they|which|solution|answer|suggestion|link|article) (?:still |really |also )?"
        r"(?:did not|didn't|does not|doesn't|do not|don't|is not|isn't|was not|wasn't|never) (?:really |actually )?"
        r"(?:help|helped|helping|work|worked|working|solve|solved|fix|fixed|answer|answered)\b",
        r"\b(?:not|isn't|wasn't|un)(?: really| very| at all)? ?help(?:ful|ing)\b",
        r"\b(?:still|keeps?) (?:not|doesn't|broken|failing|the same|having|getting|happening|waiting|unable|"
        r"can't|cannot)\b",
        r"\b(?:useless|waste of time|unacceptable|ridiculous|terrible|worst|frustrat\w+|disappoint\w+|fed up|"
        r"pointless|going in circles|same (?:answer|thing) again)\b",
        r"\b(?:wrong|not my|not the) (?:answer|question|problem)\b",
        "not what i (?:asked|meant|need)",
    ),
    "de": (
        r"\b(?:hat|haben|hilft|half)\b~nicht(?:s)?(?: weiter)?(?: geholfen|gebracht)?\b",
        r"\b(?:funktioniert|geht|klappt) (?:immer noch |leider |trotzdem |weiterhin |es |so )*nicht\b",
        "nicht hilfreich",
        r"immer noch (?:nicht|das gleiche|dasselbe|kein\w*)",
        "weiterhin nicht",
        r"\b(?:nutzlos|unverschämt|frechheit|enttäuscht|katastrophe|lächerlich|zeitverschwendung|unzumutbar)\b",
    ),
    "fr": (
        "(?:ça|cela|ceci|il|elle) (?:n'a|ne|n') ?(?:m'|me )?(?:marche|fonctionne|aide|résout|aidé|"
        "sert) ?(?:toujours )?(?:pas|rien)",
        "n'a (?:pas|rien) (?:aidé|marché|fonctionné|résolu)",
        "ne (?:marche|fonctionne) (?:toujours )?pas",
        "toujours (?:pas|le même)",
        r"\b(?:inutile|inadmissible|inacceptable|nul|ridicule|déçue?|honteux)\b",
    ),
    "es": (
        r"\bno (?:me |nos )?(?:ayuda|ayudó|ayudado|sirve|sirvió|funciona|funcionó|soluciona|resuelve|"
        r"responde)\b",
        "sigue (?:sin|igual|fallando)",
        "todavía no",
        "aún no",
        r"\b(?:inútil|inaceptable|pésimo|pésima|vergüenza|decepcionad[oa]|ridículo|pérdida de tiempo)\b",
    ),
    "pt": (
        r"\bnão (?:me |nos )?(?:ajuda|ajudou|adianta|adiantou|funciona|funcionou|resolve|resolveu|serve|"
        r"serviu)\b",
        "continua (?:sem|igual|com)",
        "ainda não",
        r"\b(?:inútil|inaceitável|péssimo|péssima|vergonha|decepcionad[oa]|ridículo|perda de tempo)\b",
    ),
    "it": (
        r"\bnon (?:mi |ci |è |ha |stato |stata )*(?:aiuta|aiutato|funziona|funzionato|serve|servito|risolve|risolto|"
        r"utile|d'aiuto)\b",
        "ancora (?:non|lo stesso)",
        r"\b(?:inutile|inaccettabile|pessimo|pessima|vergogna|deluso|delusa|ridicolo|perdita di tempo)\b",
    ),
    "nl": (
        r"\b(?:helpt|hielp|werkt|werkte|lukt|lost) (?:\w+ ){0,3}niet\b",
        "niet (?:geholpen|gelukt|opgelost)",
        "nog (?:steeds|altijd) (?:niet|hetzelfde|geen)",
        r"\b(?:nutteloos|onacceptabel|belachelijk|teleurgesteld|schandalig|tijdverspilling|waardeloos)\b",
    ),
    "pl": (
        r"\bnie (?:pomogło|pomaga|działa|zadziałało|rozwiązuje|rozwiązało)\b",
        "nadal (?:nie|to samo)",
        "wciąż (?:nie|to samo)",
        r"\b(?:bezużyteczn\w+|skandal|rozczarowan\w+|strata czasu|żenada)\b",
    ),
    "ja": (
        "解決(?:しない|しません|していません|できません|してない)",
        "(?:役に立|参考にな)(?:たない|ちません|らない|りません)",
        r"まだ[^。\n]{0,12}(?:ません|ない)",
        r"(?:動き|直り|でき)ません(?:でした)?(?=[。!\s]|$)",
        "(?:最悪|ひどい|不満|がっかり|時間の無駄|いい加減にして)",
    ),
}

# A request for an answer that carries no question mark.
ASKS: Mapping[str, tuple[str, ...]] = {
    "en": (
        r"\b(?:could|can|would|will) you (?:please )?(?:provide|tell|send|share|confirm|give|let|describe|"
        "explain|try|check)",
        r"\bplease (?:provide|send|share|confirm|tell us|tell me|let (?:me|us) know (?:which|what|if|whether|"
        "your|the)|reply with|describe)",
        r"\b(?:i|we)(?:'ll| will)? need (?:your|the|some|more|a few|to know)\b",
        "let (?:me|us) know (?:which|what|whether)",
    ),
    "de": (
        r"\b(?:könnten|können|würden|kannst|könntest) (?:sie|du)\b.{0,60}(?:mitteilen|senden|schicken|"
        "bestätigen|nennen|sagen|beschreiben|prüfen)",
        r"\bbitte\b.{0,60}\b(?:mitteilen|teilen sie|senden sie|schicken sie|nennen sie|bestätigen sie|"
        "geben sie)",
        r"\b(?:teilen|senden|schicken|nennen|bestätigen|geben) sie (?:uns|mir) bitte",
        "benötigen? (?:wir|ich)",
    ),
    "fr": (
        r"\b(?:pouvez|pourriez|peux|pourrais)[- ](?:vous|tu)\b",
        r"\b(?:merci de|veuillez) (?:nous |me )?(?:indiquer|envoyer|préciser|confirmer|fournir|communiquer)",
    ),
    "es": (
        r"\b(?:podría|puede|podrías|puedes|me indica|nos indica)\b.{0,30}(?:enviar|decir|confirmar|indicar|"
        "proporcionar)",
        r"\bpor favor,? (?:envíe|indique|confirme|díganos|proporcione|facilite|comparta)",
    ),
    "pt": (
        r"\b(?:poderia|pode|podes|podia)\b.{0,30}(?:enviar|informar|confirmar|dizer|indicar|fornecer)",
        r"\bpor favor,? (?:envie|informe|confirme|diga|indique|forneça)",
    ),
    "it": (
        r"\b(?:può|potrebbe|puoi|potresti)\b.{0,30}(?:inviare|inviarci|dire|dirci|confermare|indicare|fornire|"
        "comunicare)",
        r"\bper favore,? (?:invii|indichi|confermi|ci dica|fornisca|comunichi)",
    ),
    "nl": (
        r"\b(?:kunt|kun|zou|wilt|wil) (?:u|je)\b.{0,60}(?:sturen|doorgeven|laten weten|bevestigen|vertellen|"
        "toelichten)",
        r"\b(?:graag|alstublieft) .{0,40}(?:ontvangen|doorgeven|sturen)",
    ),
    "pl": (
        r"\bproszę (?:o )?(?:podać|podanie|przesłać|przesłanie|potwierdzić|potwierdzenie|napisać)",
        r"\bczy (?:może|mogłaby|mógłby|możesz|możecie)\b",
    ),
    "ja": (
        "(?:教えて|お知らせ|お送り|ご連絡|ご返信|ご提示|お聞かせ)(?:いただけ|ください|頂け|くださ)",
        r"(?:でしょう|です|ます|ません)か(?=[。\s]|$)",
    ),
}

# What an AI agent says when it has no answer.
FALLBACK: Mapping[str, tuple[str, ...]] = {
    "en": (
        r"\b(?:i'm|i am|we're|we are) (?:sorry,? (?:but )?|afraid )?(?:i |we )?(?:not sure i (?:understand|"
        "follow)|unable to (?:help|assist|answer|find)|not able to (?:help|assist|answer|find))",
        r"\bi (?:didn't|did not|don't|do not|couldn't|could not|can't|cannot) (?:quite )?(?:understand|"
        "get that|catch that|find (?:an?|any|the) (?:answer|article|information|result)|have (?:that|the|any|"
        "enough) information|help with that|know the answer|have an answer)",
        r"\b(?:could|can) you (?:please )?(?:rephrase|reword|ask (?:that|it) (?:differently|another way))",
    ),
    "de": (
        "(?:habe|konnte) (?:ich |das |sie |dich |ihre |deine |frage |anfrage |leider )*(?:nicht|"
        "keine) (?:ganz |richtig )?(?:verstanden|verstehen|antwort|passende|finden|gefunden)",
        "kann ich (?:ihnen |dir )?(?:dabei |damit )?(?:leider )?nicht (?:weiter)?helfen",
        "(?:anders|neu) (?:formulieren|ausdrücken)",
        "umformulieren",
    ),
    "fr": (
        "je n'ai pas (?:bien |tout à fait )?(?:compris|trouvé|de réponse|cette information)",
        "je ne (?:comprends|peux) pas (?:votre|vous aider|répondre)",
        "(?:pouvez|pourriez)-vous (?:reformuler|préciser)",
        "reformuler",
    ),
    "es": (
        "no (?:he entendido|entendí|entiendo|comprendo|he encontrado|encontré|tengo (?:esa|la|"
        "una) (?:información|respuesta)|puedo (?:ayudarle|ayudarte|responder))",
        "(?:puede|puedes|podría) reformular",
    ),
    "pt": (
        "não (?:entendi|compreendi|encontrei|consegui (?:entender|encontrar)|tenho (?:essa|a|"
        "uma) (?:informação|resposta)|posso (?:ajudar|responder))",
        "(?:pode|poderia) reformular",
    ),
    "it": (
        "non (?:ho (?:capito|trovato|compreso|questa informazione|una risposta)|capisco|posso (?:aiutarla|"
        "aiutarti|rispondere))",
        "(?:può|puoi|potrebbe) riformulare",
    ),
    "nl": (
        "(?:begrijp|begreep) (?:ik )?(?:je|uw|u|dat|de|het)?(?: vraag)? (?:niet|helaas niet)",
        "geen antwoord (?:vinden|gevonden)",
        "kan (?:ik )?(?:je|u)? ?(?:daar|hier)?(?:mee)? ?(?:helaas )?niet (?:mee )?helpen",
        "anders (?:formuleren|verwoorden)",
    ),
    "pl": (
        "nie (?:rozumiem|zrozumiał[ae]m|znalazł[ae]m|mam (?:tej )?(?:informacji|odpowiedzi)|mogę (?:w tym )?pomóc)",
        "(?:inaczej sformułować|przeformułować)",
    ),
    "ja": (
        "(?:理解|回答|お答え|お手伝い|対応)(?:が|を)?(?:でき|いたしかね|しかね)",
        "(?:わかり|分かり|見つかり|見つけられ)ません(?:でした)?",
        "別の(?:言い方|表現)",
        "言い換えて",
        "もう一度(?:ご質問|入力)",
    ),
}

# An AI greeting that offers help and says nothing else.
OFFERS_HELP: Mapping[str, tuple[str, ...]] = {
    "en": (
        "how (?:can|may) (?:i|we) (?:help|assist)(?: you)?(?: today)?",
        "what can (?:i|we) (?:do|help).{0,15}(?:for|with)",
    ),
    "de": (
        "wie (?:kann|können|darf) (?:ich|wir) (?:ihnen |dir |euch )?(?:heute )?(?:helfen|behilflich sein|weiterhelfen)",
    ),
    "fr": ("comment (?:puis-je|pouvons-nous|je peux) (?:vous |t')?(?:aider|être utile)",),
    "es": ("(?:en qué|cómo) (?:puedo|podemos) (?:ayudarle|ayudarte|ayudarlo|ayudar|servirle)",),
    "pt": ("(?:como|em que) (?:posso|podemos) (?:te |lhe |o |a )?(?:ajudar|ajudá-lo|ajudá-la|ajudar-te)",),
    "it": ("(?:come|in cosa) (?:posso|possiamo) (?:aiutarla|aiutarti|aiutare|esserle utile|esserti utile)",),
    "nl": (
        "(?:waarmee|hoe|waar) (?:kan|kunnen) (?:ik|we|wij) (?:je|u|jou)?(?: vandaag)?(?: mee)? ?(?:helpen|"
        "van dienst zijn)",
    ),
    "pl": ("(?:jak|w czym) (?:mogę|możemy) (?:ci |panu |pani |państwu )?pomóc",),
    "ja": (
        r"(?:どのような|どういった|何か)?(?:ご用件|お手伝い|お困り)[^。\n]{0,15}(?:でしょうか|ですか|ますか)",
        "いかがいたしましたか",
    ),
}

# Text that speaks to a language model instead of to a person.
INSTRUCTION: Mapping[str, tuple[str, ...]] = {
    "en": (
        r"\b(?:ignore|disregard|forget|override|bypass)\b~(?:instructions?|prompts?|rules|guidelines|context|"
        r"policies)\b",
        r"\byou are (?:now|no longer) (?:an?|the|in)\b",
        r"\b(?:reveal|print|repeat|show|output)\b~(?:system prompt|system message|hidden prompt|"
        "instructions above)",
        r"\b(?:system|developer|admin) (?:prompt|message|override|mode)\s*:",
        r"\bact as (?:an?|the) (?:unrestricted|admin|dan)\b",
        r"\bjailbreak\b",
        r"\bdo not (?:tell|inform|mention)\b~(?:the )?(?:user|customer|agent)\b",
        r"<\|(?:im_start|im_end|system|endoftext|channel)\|?>",
        r"\[/?inst\]",
        "<start_of_turn>",
        "<<sys>>",
    ),
    "de": (
        r"\b(?:ignoriere?|vergiss|vergessen sie|missachte|umgehe)\b~(?:anweisungen|anweisung|instruktionen|"
        r"regeln|vorgaben|prompts?)\b",
        r"\bdu bist (?:jetzt|ab sofort|nun) (?:ein|eine|kein)\b",
        "systemprompt",
    ),
    "fr": (
        r"\b(?:ignore[zr]?|oublie[zr]?|contourne[zr]?)\b~(?:instructions?|consignes?|règles|directives)\b",
        r"\b(?:tu es|vous êtes) (?:maintenant|désormais) (?:un|une)\b",
        "(?:invite|prompt) système",
    ),
    "es": (
        r"\b(?:ignora|ignore|olvida|olvide|omite|omita)\b~(?:instrucciones|instrucción|reglas|directrices|"
        r"indicaciones)\b",
        r"\b(?:ahora eres|eres ahora) (?:un|una)\b",
        "prompt del sistema",
    ),
    "pt": (
        r"\b(?:ignore|ignora|esqueça|esquece|desconsidere)\b~(?:instruções|instrução|regras|diretrizes)\b",
        r"\b(?:agora você é|você agora é) (?:um|uma)\b",
        "prompt do sistema",
    ),
    "it": (
        r"\b(?:ignora|ignori|ignorate|dimentica|dimentichi)\b~(?:istruzioni|istruzione|regole|direttive)\b",
        r"\b(?:ora sei|da ora sei|adesso sei) (?:un|una)\b",
        "prompt di sistema",
    ),
    "nl": (
        r"\b(?:negeer|vergeet|omzeil)\b~(?:instructies|instructie|regels|aanwijzingen|richtlijnen)\b",
        r"\bje bent (?:nu|vanaf nu) (?:een|geen)\b",
        "systeemprompt",
    ),
    "pl": (
        r"\b(?:zignoruj|ignoruj|zapomnij o|pomiń)\b~(?:instrukcj\w+|polece\w+|zasad\w*|wytyczn\w+)\b",
        r"\bjesteś teraz\b",
        "prompt systemowy",
    ),
    "ja": (
        r"(?:指示|命令|ルール|プロンプト|制約)(?:は|を)?(?:すべて|全て)?[^。\n]{0,6}(?:無視|忘れ|破棄)",
        "システムプロンプト",
        r"(?:あなたは)?(?:今から|これから)[^。\n]{0,20}(?:として振る舞|になりきっ)",
    ),
}
