"""What an AI agent says without answering: questions back, offers of help, greetings, that it has no answer."""

from __future__ import annotations

from clonedesk_connectors.text.wording.table import Table, phrases

# A request for an answer that carries no question mark.
ASKS = Table(
    {
        "en": phrases(
            "you please let need",
            r"\b(?:could|can|would|will) you (?:please )?(?:provide|tell|send|share|confirm|give|let|describe|"
            r"explain|try|check)",
            r"\bplease (?:provide|send|share|confirm|tell us|tell me|let (?:me|us) know (?:which|what|if|whether|"
            r"your|the)|reply "
            r"with|describe)",
            r"\b(?:i|we)(?:'ll| will)? need (?:your|the|some|more|a few|to know)\b",
            "let (?:me|us) know (?:which|what|whether)",
        ),
        "de": phrases(
            "könn kannst würden bitte benötige",
            r"\b(?:könnten|können|würden|kannst|könntest) (?:sie|du)\b.{0,60}(?:mitteilen|senden|schicken|bestätigen|"
            r"nennen|sagen|"
            r"beschreiben|prüfen)",
            r"\bbitte\b.{0,60}\b(?:mitteilen|teilen sie|senden sie|schicken sie|nennen sie|bestätigen sie|geben sie)",
            r"\bbitte (?:teilen|senden|schicken|nennen|bestätigen|geben|beschreiben) sie\b",
            r"\b(?:teilen|senden|schicken|nennen|bestätigen|geben) sie (?:uns|mir) bitte",
            "benötigen? (?:wir|ich)",
        ),
        "fr": phrases(
            "pouvez pourriez peux pourrais merci veuillez",
            r"\b(?:pouvez|pourriez|peux|pourrais)[- ](?:vous|tu)\b",
            r"\b(?:merci de|veuillez) (?:nous |me |m')?(?:indiquer|envoyer|préciser|confirmer|fournir|communiquer)",
        ),
        "es": phrases(
            "podría puede indica favor",
            r"\b(?:podría|puede|podrías|puedes|me indica|nos indica)\b.{0,30}(?:enviar|decir|confirmar|indicar|"
            r"proporcionar)",
            r"\bpor favor,? (?:envíe|envíenos|indique|confirme|díganos|proporcione|facilite|comparta)",
        ),
        "pt": phrases(
            "pode podia favor",
            r"\b(?:poderia|pode|podes|podia)\b.{0,30}(?:enviar|informar|confirmar|dizer|indicar|fornecer)",
            r"\bpor favor,? (?:envie|informe|confirme|diga|indique|forneça)",
        ),
        "it": phrases(
            "può potrebbe puoi potresti favore",
            r"\b(?:può|potrebbe|puoi|potresti)\b.{0,30}(?:inviare|inviarci|dire|dirci|confermare|indicare|fornire|"
            r"comunicare)",
            r"\bper favore,? (?:invii|indichi|confermi|ci dica|fornisca|comunichi)",
        ),
        "nl": phrases(
            "kun zou wil graag alstublieft",
            r"\b(?:kunt|kun|zou|wilt|wil) (?:u|je)\b.{0,60}(?:sturen|doorgeven|laten weten|bevestigen|vertellen|"
            r"toelichten)",
            r"\b(?:graag|alstublieft) .{0,40}(?:ontvangen|doorgeven|sturen)",
        ),
        "pl": phrases(
            "proszę czy",
            r"\bproszę (?:o )?(?:podać|podanie|przesłać|przesłanie|potwierdzić|potwierdzenie|napisać)",
            r"\bczy (?:może|mogłaby|mógłby|możesz|możecie)\b",
        ),
        "ja": phrases(
            "教えて お知らせ お送り ご連絡 ご返信 ご提示 か",
            "(?:教えて|お知らせ|お送り|ご連絡|ご返信|ご提示|お聞かせ)(?:いただけ|ください|頂け|くださ)",
            r"(?:でしょう|です|ます|ません)か(?=[。\s]|$)",
        ),
        "ar": phrases(
            "يرجي الرجاء ارجو فضلك هل",
            r"(?:يرجي|الرجاء|ارجو|من فضلك)(?: \S+)? (?:ارسال|تزويدنا|تاكيد|ذكر|كتابه|تحديد|اخبارنا|ارسل|اكتب|"
            r"اخبرنا)\S*",
            r"هل (?:يمكنك|بامكانك|تستطيع)",
        ),
    }
)

# Offers to help further: a courtesy at the end, not a question that waits for an answer.
OFFERS_MORE = Table(
    {
        "en": phrases(
            "else any need have more require",
            r"\b(?:any|some)thing else\b.{0,40}\b(?:help|assist|do for|support|need)|\b(?:help|assist|need|do|"
            r"support)\b.{0,40}\b"
            r"(?:any|some)thing else\b",
            r"\b(?:any|have) (?:other|further|more|additional) (?:questions?|concerns?|help|assistance|issues?)",
            r"\b(?:need|require) (?:any )?(?:more|further|additional) (?:help|assistance|support)",
            r"\b(?:else|more) (?:that )?(?:i|we) can (?:do|help|assist)",
        ),
        "de": phrases(
            "sonst weiter noch darüber",
            r"\b(?:sonst|weiter|noch)(?: noch)? (?:etwas|was|irgendetwas|irgendwie|anderweitig|bei|"
            r"mit)\b.{0,40}(?:helfen|tun|"
            r"behilflich)",
            r"\b(?:weitere[nr]?|noch|sonstige) (?:weitere )?(?:fragen?|anliegen|hilfe)\b",
            r"\b(?:sonst(?: noch)?|weiterhin|darüber hinaus) (?:behilflich|helfen)",
        ),
        "fr": phrases(
            "autre encore davantage supplémentaire",
            r"\bautre chose\b.{0,40}(?:aider|pour vous|assister)|(?:aider|faire|besoin|assister)\b.{0,40}\bautre "
            r"chose\b",
            r"\bd?'?autres? (?:questions?|demandes?|interrogations?)",
            r"(?:vous aider (?:encore|davantage)|encore (?:vous )?aider|aide supplémentaire)",
        ),
        "es": phrases(
            "más otra",
            r"\b(?:algo|más) más\b.{0,40}(?:ayud|hacer|servir|necesit)|(?:ayud|hacer|servir|"
            r"necesit)\w*\b.{0,40}\balgo más\b",
            r"\b(?:algun[ao]s? )?(?:otras?|más) (?:preguntas?|consultas?|dudas?)",
            r"\ben qué más\b",
        ),
        "pt": phrases(
            "mais outra",
            r"\b(?:algo mais|mais alguma coisa|outra coisa|mais algo)\b.{0,40}(?:ajud|fazer|precis)|(?:ajud|fazer|"
            r"precis)\w*\b.{0,40}"
            r"\b(?:algo mais|mais alguma coisa|outra coisa|mais algo|mais nalguma coisa)\b",
            r"\b(?:outras?|mais)(?: alguma)? (?:perguntas?|dúvidas?|questões|questão)",
        ),
        "it": phrases(
            "altr ulterior",
            r"\b(?:qualcos')?altro\b.{0,40}(?:aiut|fare|esser|serv|bisogno)|(?:aiut|fare|bisogno|"
            r"serve)\w*\b.{0,40}\b(?:qualcos')?"
            r"altro\b",
            r"\b(?:altre|ulteriori) (?:domande|richieste|dubbi)",
        ),
        "nl": phrases(
            "nog anders verder vragen",
            r"\b(?:nog iets|iets anders|ergens anders|verder|nog ergens)\b.{0,40}(?:helpen|doen|dienst)",
            r"\b(?:helpen|doen)\b.{0,30}\b(?:nog iets|iets anders)\b",
            r"\b(?:nog|andere|verdere) (?:andere )?vragen",
        ),
        "pl": phrases(
            "jeszcze innym dodatkow inne więcej",
            r"\b(?:coś jeszcze|czymś jeszcze|jeszcze (?:w )?(?:czymś|coś|czym)|czymś innym|jeszcze)\b.{0,40}(?:pomóc|"
            r"zrobić)",
            r"pomóc.{0,30}\b(?:czymś jeszcze|jeszcze|czymś innym)",
            r"\b(?:dodatkow\w+|inne|więcej|jeszcze (?:jakieś )?)\b ?pyta\w+",
        ),
        "ja": phrases(
            "他 ほか 以外 ご不明",
            r"(?:他|ほか|その他|以外)に[^。\n]{0,25}(?:お手伝い|お困り|ご質問|ご不明|お役に立て|ご用件|ありますか|"
            r"ございま)",
            r"ご不明な点(?:が|は|など)?[^。\n]{0,6}(?:ございましたら|あれば|ありましたら)",
        ),
        "ar": phrases(
            "اخر اضافي",
            r"(?:مساعد|اساعد|خدم|تحتاج)\S*.{0,40}(?:شيء|شي|امر|اي سؤال|استفسار) (?:اخر|اخري|اضافي\S*)",
            r"(?:شيء|شي|امر|مساعده) (?:اخر|اخري|اضافي\S*).{0,40}(?:مساعد|اساعد|خدم|تحتاج)",
            r"(?:اسئله|سؤال|استفسار\S*) (?:اخري|اخر|اضافي\S*)",
        ),
    }
)

# What an AI agent says when it has no answer.
FALLBACK = Table(
    {
        "en": phrases(
            "able not didn't don't couldn't can't rephrase reword differently",
            r"\b(?:i'm|i am|we're|we are) (?:sorry,? (?:but )?|afraid )?(?:i |we )?(?:not sure i (?:understand|"
            r"follow)|unable to "
            r"(?:help|assist|answer|find)|not able to (?:help|assist|answer|find))",
            r"\bi (?:didn't|did not|don't|do not|couldn't|could not|can't|cannot) (?:quite )?(?:understand|get that|"
            r"catch that|find "
            r"(?:an?|any|the) (?:answer|article|information|result)|have (?:that|the|any|enough) information|help "
            r"with that|know the "
            r"answer|have an answer)",
            r"\b(?:could|can) you (?:please )?(?:rephrase|reword|ask (?:that|it) (?:differently|another way))",
        ),
        "de": phrases(
            "nicht keine formulieren ausdrücken",
            r"(?:habe|konnte) (?:ich |das |sie |dich |ihre |deine |frage |anfrage |leider |dazu )*(?:nichts?|"
            r"keine[nr]?) (?:ganz "
            r"|richtig |passende[nr]? )?(?:verstanden|verstehen|antwort|artikel|passende|finden|gefunden|"
            r"informationen?)",
            r"nicht (?:ganz )?sicher, ob ich (?:sie|dich|das|ihre frage|deine frage)",
            r"kann ich (?:ihnen |dir )?(?:dabei |damit )?(?:leider )?nicht (?:weiter)?helfen",
            "(?:anders|neu) (?:formulieren|ausdrücken)|umformulieren",
        ),
        "fr": phrases(
            "pas reformuler préciser",
            r"je n'ai pas (?:bien |tout à fait )?(?:compris|trouvé|de réponse|cette information)",
            r"je ne (?:comprends|peux) pas (?:votre|vous aider|répondre)|pas (?:sûre? )?d'avoir compris",
            r"(?:pouvez|pourriez)-vous (?:reformuler|préciser)|reformuler",
        ),
        "es": phrases(
            "reformular entend entiendo comprendo encontr encuentro tengo puedo",
            r"no (?:te |le |lo )?(?:he entendido|entendí|entiendo|comprendo|he encontrado|encontré|encuentro|tengo "
            r"(?:esa|la|una) "
            r"(?:información|respuesta)|puedo (?:ayudarle|ayudarte|responder))",
            "(?:puede|puedes|podría) reformular",
        ),
        "pt": phrases(
            "não reformular",
            r"não (?:entendi|compreendi|percebi|encontrei|consegui (?:entender|encontrar)|tenho (?:essa|a|uma) "
            r"(?:informação|"
            r"resposta)|posso (?:ajudar|responder))",
            "(?:pode|poderia) reformular",
        ),
        "it": phrases(
            "non riformulare",
            r"non (?:ho (?:capito|trovato|compreso|questa informazione|una risposta)|aver capito|capisco|posso "
            r"(?:aiutarla|aiutarti|"
            r"rispondere))",
            "(?:può|puoi|potrebbe) riformulare",
        ),
        "nl": phrases(
            "niet geen formuleren verwoorden",
            r"(?:begrijp|begreep) (?:ik )?(?:je|uw|u|dat|de|het)?(?: vraag)? (?:niet|helaas niet)",
            r"geen (?:antwoord|artikel|informatie)\b.{0,20}(?:vinden|gevonden)",
            r"kan (?:ik )?(?:je|u)? ?(?:daar|hier)?(?:mee)? ?(?:helaas )?niet (?:mee )?helpen",
            "anders (?:formuleren|verwoorden)",
        ),
        "pl": phrases(
            "nie sformułować przeformułować",
            r"nie (?:rozumiem|zrozumiał[ae]m|znalazł[ae]m|mam (?:tej )?(?:informacji|odpowiedzi)|mogę (?:w tym "
            r")?pomóc|jestem pew\w+, "
            r"czy)",
            "(?:inaczej sformułować|przeformułować)",
        ),
        "ja": phrases(
            "かね ません 別の 言い換えて もう一度",
            "(?:理解|回答|お答え|お手伝い|対応)(?:が|を)?(?:できません|できかね|いたしかね|しかね)",
            "(?:わかり|分かり|見つかり|見つけられ)ません(?:でした)?",
            "別の(?:言い方|表現|言葉)|言い換えて|もう一度(?:ご質問|入力)",
        ),
        "ar": phrases(
            "لم لا صياغ",
            r"لم (?:اجد|اعثر|افهم|اتمكن من)\S*|لا (?:افهم|املك|اعرف|استطيع (?:مساعد|الاجاب))\S*",
            r"(?:اعاده )?صياغ\S*",
        ),
    }
)

# An AI greeting that offers help.
OFFERS_HELP = Table(
    {
        "en": phrases(
            "help assist do",
            r"how (?:can|may|could) (?:i|we) (?:help|assist)(?: you)?(?: today)?",
            "what can (?:i|we) (?:do|help).{0,15}(?:for|with)",
        ),
        "de": phrases(
            "helfen behilflich tun",
            r"(?:wie|womit|wobei) (?:kann|können|darf) (?:ich|wir) (?:ihnen |dir |euch )?(?:heute )?(?:helfen|"
            r"behilflich sein|"
            r"weiterhelfen)",
            r"was (?:kann|können|darf) (?:ich|wir) (?:heute )?(?:für (?:sie|dich|euch) )?(?:heute )?tun",
        ),
        "fr": phrases(
            "aider utile faire",
            r"(?:comment|en quoi) (?:puis-je|pouvons-nous|je peux) (?:vous |t')?(?:aider|être utile)",
            r"que (?:puis-je|pouvons-nous|peut-on) faire pour (?:vous|toi)",
        ),
        "es": phrases(
            "ayudar servir hacer",
            r"(?:en qué|cómo) (?:te |le |lo |la )?(?:puedo|podemos) (?:ayudar\w*|servir\w*)",
            r"qué (?:puedo|podemos) hacer (?:hoy )?por (?:usted|ti|ustedes)",
        ),
        "pt": phrases(
            "ajud fazer",
            r"(?:como|em que) (?:posso|podemos) (?:te |lhe |o |a )?(?:ajudar|ajudá-lo|ajudá-la|ajudar-te)",
            r"que (?:posso|podemos) fazer (?:hoje )?por (?:si|ti|você|vocês)",
        ),
        "it": phrases(
            "aiuta util fare",
            r"(?:come|in cosa) (?:posso|possiamo) (?:aiutarla|aiutarti|aiutare|aiutarvi|esserle utile|esserti utile)",
            r"cosa (?:posso|possiamo) fare (?:oggi )?per (?:lei|te|voi)",
        ),
        "nl": phrases(
            "helpen dienst doen",
            r"(?:waarmee|hoe|waar) (?:kan|kunnen) (?:ik|we|wij) (?:je|u|jou)?(?: vandaag)?(?: mee)? ?(?:helpen|van "
            r"dienst zijn)",
            r"wat (?:kan|kunnen) (?:ik|we|wij) (?:vandaag )?voor (?:u|je|jou|jullie) doen",
        ),
        "pl": phrases(
            "pomóc zrobić",
            "(?:jak|w czym) (?:mogę|możemy) (?:ci |panu |pani |państwu )?pomóc",
            r"co (?:mogę|możemy) (?:dla (?:ciebie|pana|pani|państwa|was) )?zrobić",
        ),
        "ja": phrases(
            "ご用件 お手伝い お困り いかが",
            r"(?:どのような|どういった|何か)?(?:ご用件|お手伝い|お困り)[^。\n]{0,15}(?:でしょうか|ですか|ますか)",
            "いかがいたしましたか",
        ),
        "ar": phrases(
            "نفعل ساعد خدم افعل",
            r"(?:كيف|بماذا|بم|ماذا) (?:يمكنني|استطيع|اقدر|يمكننا|نستطيع) (?:ان )?\S*(?:ساعد|خدم|افعل|نفعل)\S*(?: "
            r"(?:لك|لكم))?",
        ),
    }
)

# Greets, or says who is writing; says nothing about the matter.
INTRODUCES = Table(
    {
        "en": phrases(
            "agent assistant bot welcome i'm am",
            r"\b(?:virtual|digital|automated|ai) (?:assistant|agent|bot)\b|\bwelcome\b|\bi'm here to",
            r"\b(?:i am|i'm|my name is) \w+\W*$",
        ),
        "de": phrases(
            "assisten willkommen bin heiße",
            r"\b(?:virtuell|digital|automatisch)\w* assistent\w*|\bwillkommen\b|\bich (?:bin|heiße) \w+\W*$",
        ),
        "fr": phrases(
            "assistant bienvenue suis m'appelle",
            r"\bassistante? (?:virtuel|numérique|automatique)\w*|\bbienvenue\b|\bje (?:suis|m'appelle) \w+\W*$",
        ),
        "es": phrases(
            "asistente bienvenid soy llamo",
            r"\basistente (?:virtual|digital|automátic[oa])|\bbienvenid\w+|\b(?:soy|me llamo) \w+\W*$",
        ),
        "pt": phrases(
            "assistente vind sou chamo",
            r"\bassistente (?:virtual|digital|automátic[oa])|\bbem-vind\w+|\b(?:sou a?o?|chamo-me) ?\w+\W*$",
        ),
        "it": phrases(
            "assistente benvenut sono chiamo",
            r"\bassistente (?:virtuale|digitale|automatic[oa])|\bbenvenut\w+|\b(?:sono|mi chiamo) \w+\W*$",
        ),
        "nl": phrases(
            "assistent welkom ben heet",
            r"\b(?:virtuele|digitale|automatische) assistente?\b|\bwelkom\b|\bik (?:ben|heet) \w+\W*$",
        ),
        "pl": phrases(
            "asystent wita jestem nazywam",
            r"\b(?:wirtualn|cyfrow)\w+ asystent\w*|\basystent\w* (?:wirtualn|cyfrow)\w+|\bwita(?:my|j)\b",
            r"\b(?:jestem|nazywam się) \w+\W*$",
        ),
        "ja": phrases("アシスタント ようこそ", "(?:仮想|バーチャル|デジタル|ai|自動)アシスタント|ようこそ"),
        "ar": phrases("مساعد اهلا انا", r"(?:ال)?مساعد(?:ه)? (?:ال)?(?:افتراضي|رقمي|الي)\S*|اهلا|(?:^| )انا \S+\W*$"),
    }
)
