"""Greetings and sign-offs by language: what people add around an answer without changing it.

A phrase counts only as a whole line, or as a line's start followed by a name and a comma (see `normal.core`).
Phrases are lower case; a language's list is tried in every text, because agents mix languages.
"""

from __future__ import annotations

import re

GREETINGS: dict[str, str] = {
    "en": "hi|hello|hey|dear|greetings|good (?:morning|afternoon|evening|day)|howdy",
    "de": "hallo|moin|servus|guten (?:tag|morgen|abend)|sehr geehrter?|liebe[rs]?|grüß gott|grüezi|werte[r]?",
    "fr": "bonjour|bonsoir|salut|chère?|cher",
    "es": "hola|buen[oa]s (?:días|tardes|noches)|buen día|estimad[oa]s?|querid[oa]s?|apreciad[oa]",
    "pt": "olá|oi|bom dia|boa (?:tarde|noite)|prezad[oa]s?|car[oa]s?|estimad[oa]s?",
    "it": "ciao|salve|buongiorno|buon giorno|buonasera|gentil[ei](?:ssim[oa])?|egregi[oa]|car[oa]|spett\\.?(?:le)?",
    "nl": "hallo|hoi|beste|geachte|goede(?:morgen|middag|navond| morgen| middag| avond)|dag",
    "pl": "dzień dobry|dobry wieczór|cześć|hej|witam|witaj|szanown[aiy]",
    "sv": "hej|hejsan|god (?:morgon|kväll)|bästa",
    "da": "hej|kære|goddag",
}
# Words that may follow a greeting besides names: "Hi there", "Dear customer", "Sehr geehrte Damen und Herren".
ADDRESSEES = (
    "there|all|everyone|team|again|folks|customer|sir|madam|sir or madam|mr|mrs|ms|dr|"
    "zusammen|damen und herren|herr|frau|team|kunde|kundin|"
    "à tous|monsieur|madame|madame,? monsieur|cliente?|chère?|cher|"
    "a todos|señora?|sr|sra|don|doña|de nuevo|equipo|"
    "senhora?|a todos|equipe|de novo|"
    "signora?|sig|sig\\.ra|a tutti|di nuovo|dott|"
    "heer|mevrouw|meneer|klant|allemaal|heer/mevrouw|"
    "pani[eo]?|panu|panowie|państwo|kliencie|ponownie|wszystkim|"
    "och|igen"
)
# Good wishes that follow a greeting, as whole sentences.
WELL_WISHES = (
    "(?:i )?(?:hope|trust) (?:you are|you're|this (?:message |email |mail )?finds you|all is) (?:doing )?"
    "(?:well|great|good)|how are you(?: doing)?(?: today)?|hope all is well|"
    "(?:ich hoffe|wir hoffen),? (?:es geht ihnen|ihnen geht es|es geht dir|dir geht es) gut|wie geht es (?:ihnen|dir)|"
    "(?:j'espère|nous espérons) que vous allez bien|comment allez-vous|"
    "(?:espero|esperamos) que (?:esté|estés|se encuentre) (?:muy )?bien|¿?(?:cómo|qué tal) (?:está|estás)|"
    "(?:espero|esperamos) que esteja (?:tudo )?bem|tudo bem(?: com você)?|como (?:está|vai)|"
    "(?:spero|speriamo) che (?:stia|tu stia|vada tutto) bene|come sta[i]?|"
    "(?:ik hoop|hopelijk) (?:dat )?(?:alles|het) goed (?:met u |met je )?gaat|hoe gaat het(?: met (?:u|je))?|"
    "mam nadzieję, że wszystko (?:dobrze|w porządku)"
)
# A company introduces itself only after such a phrase: "XのYです" alone may be the answer.
GREETINGS_JA = (
    r"こんにちは|こんばんは|おはようございます|はじめまして|[^\s。、]{1,20} ?(?:様|さん|さま|御中)|"
    r"(?:いつも)?(?:大変)?お世話になって(?:おり|い)ます(?:[。、\s]*[^\s。、はが]{1,30}(?:です|と申します))?|"
    r"平素(?:より|は)[^。]{0,40}(?:ございます|申し上げます)|"
    r"[^\s。、]{0,20}(?:サポート|サポートチーム|サポート担当|センター|窓口)の[^\s。、]{1,10}(?:です|と申します)"
)

SIGN_OFFS: dict[str, str] = {
    "en": (
        "(?:with )?(?:(?:my |our )?(?:kind|best|warm|kindest|warmest|friendly) )?(?:regards|wishes|greetings)|"
        "(?:all the |all my )?best|(?:yours |very )?(?:sincerely|truly|faithfully)|yours|warmly|respectfully|"
        "(?:many )?thanks(?: again| so much| a lot| in advance| very much)?|"
        "thank you(?: again| so much| in advance| very much)?|cheers|take care|stay safe|br|kr|"
        "(?:i |we )?(?:hope you |wish you )?(?:have )?(?:a |an )?(?:great|nice|good|lovely|wonderful|pleasant) "
        "(?:day|one|weekend|evening|week|afternoon|rest of (?:the|your) day)(?: ahead)?|"
        "enjoy (?:your|the) (?:day|weekend|evening)|(?:talk|speak|see you) soon"
    ),
    "de": (
        "(?:mit |die )?(?:(?:freundliche[nr]?|viele[n]?|beste[n]?|liebe[n]?|herzliche[n]?|sonnige[n]?|schöne[n]?) )?"
        "gr(?:üß|uss|üss|uß)(?:en?)?|vg|mfg|lg|herzlichst|hochachtungsvoll|bis bald|"
        "(?:vielen |herzlichen |besten )?dank(?: im voraus)?|danke(?: schön)?(?: im voraus)?|"
        "(?:wir wünschen ihnen |ich wünsche ihnen )?(?:(?:noch )?(?:einen )?(?:schönen|angenehmen|guten) (?:tag|abend)|"
        "(?:ein )?schönes wochenende)(?: noch| wünscht(?: ihnen)?)?|"
        r"ihr(?:e)? (?:support|service|team)[\w-]*"
    ),
    "fr": (
        "(?:bien |très )?(?:cordialement|amicalement|sincèrement|respectueusement)|bien à (?:vous|toi)|à bientôt|"
        "(?:avec )?(?:mes |nos )?(?:meilleures|sincères|bien) salutations|salutations(?: distinguées| cordiales)?|"
        "(?:je vous souhaite |nous vous souhaitons |excellente |passez )?(?:une )?(?:(?:bonne|excellente|belle) )?"
        "(?:journée|soirée|fin de journée|semaine)(?: à vous)?|bon(?:ne)? (?:week-end|après-midi)|"
        "merci(?: beaucoup| d'avance| encore)?"
    ),
    "es": (
        "(?:(?:un|reciba un) )?(?:cordial(?:es)? |afectuosos? )?saludos?(?: cordial(?:es)?)?|atentamente|cordialmente|"
        "(?:muchas |mil )?gracias(?: de antemano| de nuevo)?|(?:un )?(?:fuerte )?abrazo|hasta pronto|"
        "(?:(?:le deseo|le deseamos|que teng(?:a|as|an)) )?(?:un |una )?"
        "(?:buen|excelente|lindo|feliz) (?:día|tarde|fin de semana)|buen día|"
        "qued(?:o|amos) (?:atent[oa]s?|a su disposición)"
    ),
    "pt": (
        "atenciosamente|att|cordialmente|(?:com (?:os )?)?(?:meus |nossos )?(?:melhores )?cumprimentos|gratos?|gratas?|"
        "(?:um |grande |forte )*(?:abraços?|abs)|(?:muito )?obrigad[oa](?: desde já)?|(?:cordiais )?saudações|"
        "(?:tenha |desejo )?(?:um |uma )?(?:bom|boa|ótimo|ótima|excelente) (?:dia|tarde|semana|fim de semana)|"
        "até (?:logo|breve|mais)"
    ),
    "it": (
        "(?:un |i |con |con i )?(?:(?:cordial[ei]|distinti|cari|caro|migliori|più cordiali) )?salut[io]|cordialmente|"
        "cordialità|(?:molte )?grazie(?: mille| ancora| in anticipo)?|a presto|"
        "(?:le auguro |le auguriamo |ti auguro )?(?:una )?buon[a]? (?:giornata|serata|lavoro|weekend|fine settimana)"
    ),
    "nl": (
        "(?:met )?(?:(?:vriendelijke|hartelijke|veel|de beste) )?(?:groet(?:en|jes)?)|mvg|hoogachtend|tot snel|"
        "(?:alvast |hartelijk )?(?:bedankt|dank)(?: u| je)?(?: wel)?(?: alvast)?|"
        "(?:nog )?(?:een )?(?:fijne|prettige|mooie|fijn|prettig) (?:dag|avond|middag|weekend)(?: nog| verder)?"
        "(?: gewenst| toegewenst)?"
    ),
    "pl": (
        "(?:z )?(?:wyrazami szacunku|poważaniem|pozdrowieniami)|(?:serdecznie )?pozdrawiam(?:y)?(?: serdecznie)?|"
        "(?:serdeczne )?pozdrowienia|dziękuj(?:ę|emy)(?: bardzo| z góry)?|do usłyszenia|"
        "(?:życz(?:ę|ymy) )?miłego (?:dnia|wieczoru|weekendu)"
    ),
    "sv": "(?:med )?vänlig(?:a)? hälsning(?:ar)?|mvh|hälsningar|tack(?: så mycket)?|ha en (?:bra|fin) dag",
    "da": "(?:med )?venlig(?:e)? hilsen(?:er)?|mvh|hilsen|tak|(?:de )?bedste hilsner",
}
SIGN_OFFS_JA = (
    r"(?:以上、?)?(?:ご確認(?:のほど|の程)、?)?(?:何卒|どうぞ|引き続き|今後とも)*(?:、)?(?:よろしく|宜しく)(?:お願い|御願い)(?:いた|致)?(?:し|申し上げ)ます|敬具|"
    r"以上(?:です)?|ありがとうございま(?:す|した)|失礼(?:いた|致)?します"
)

GREETING = re.compile("(?:" + "|".join(GREETINGS.values()) + r")(?!\w)", re.IGNORECASE)
GREETING_JA = re.compile(rf"(?:{GREETINGS_JA})(?:[。、!,\s]+|$)")
WELL_WISH = re.compile(rf"(?:{WELL_WISHES})[.!?]* *", re.IGNORECASE)
ADDRESSEE = re.compile(ADDRESSEES, re.IGNORECASE)
SIGN_OFF = re.compile("(?:" + "|".join(SIGN_OFFS.values()) + r")(?!\w)", re.IGNORECASE)
SIGN_OFF_JA = re.compile(rf"(?:{SIGN_OFFS_JA})[。!\s]*")
