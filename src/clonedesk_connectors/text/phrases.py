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
GREETINGS_JA = (
    r"こんにちは|こんばんは|おはようございます|はじめまして|(?:いつも)?(?:大変)?お世話になっ(?:て(?:おり|い)ます|ております)|"
    r"[^\s。、]{1,20}(?:様|さん|さま|御中)|平素(?:より|は)[^。]{0,40}(?:ございます|申し上げます)|"
    r"[^\s。、]{0,20}(?:サポート|カスタマーサポート|サポートチーム|サポート担当|窓口)の[^\s。、]{1,10}(?:です|と申します)"
)

SIGN_OFFS: dict[str, str] = {
    "en": (
        "(?:(?:kind|best|warm|kindest|warmest) )?regards|(?:all the )?best(?: wishes)?|"
        "(?:yours )?(?:sincerely|truly|faithfully)|(?:many )?thanks(?: again| so much| in advance)?|"
        "thank you(?: again| so much| in advance| very much)?|cheers|take care|"
        "have a (?:great|nice|good|lovely|wonderful) "
        "(?:day|one|weekend|evening|week|rest of (?:the|your) day)(?: ahead)?|"
        "with kind regards|respectfully|enjoy your (?:day|weekend)|talk soon|br|kr"
    ),
    "de": (
        "(?:mit )?(?:freundliche[nr]?|viele[n]?|beste[n]?|liebe[n]?|herzliche[n]?|sonnige[n]?|schöne[n]?) "
        "gr(?:üß|uss|üss|uß)en?|"
        "vg|mfg|lg|vielen dank(?: im voraus)?|danke(?: schön)?|(?:einen )?schönen (?:tag|abend)(?: noch)?|"
        r"schönes wochenende|ihr(?:e)? (?:support|service|team)[\w-]*|hochachtungsvoll"
    ),
    "fr": (
        "(?:bien )?(?:cordialement|à vous|amicalement)|(?:très )?cordialement|sincèrement|meilleures salutations|"
        "(?:bien|sincères) salutations|bonne (?:journée|soirée|fin de journée|semaine)(?: à vous)?|bon week-end|"
        "bien à vous|merci(?: beaucoup| d'avance| encore)?|salutations(?: distinguées)?|à bientôt|"
        "respectueusement"
    ),
    "es": (
        "(?:un )?(?:cordial )?saludos?(?: cordiales| cordial)?|atentamente|muchas gracias|"
        "gracias(?: de antemano)?|un abrazo|que tenga[s]? (?:un )?(?:buen|excelente|lindo) día|buen día|"
        "quedo atent[oa]|cordialmente|reciba un cordial saludo|saludos y buen día|quedamos a su disposición"
    ),
    "pt": (
        "atenciosamente|att|cordialmente|(?:com os )?(?:melhores )?cumprimentos|abraços?|"
        "obrigad[oa](?: desde já)?|muito obrigad[oa]|um abraço|tenha um (?:bom|ótimo|excelente) dia|saudações|"
        "grat[oa]|até (?:logo|breve)"
    ),
    "it": (
        "(?:cordiali|distinti|cari|i migliori) saluti|(?:un )?(?:cordiale )?saluto|saluti|cordialmente|"
        "grazie(?: mille| ancora| in anticipo)?|(?:le auguro |ti auguro )?(?:una )?buona (?:giornata|serata)|"
        "buon (?:lavoro|weekend)|a presto"
    ),
    "nl": (
        "(?:met )?vriendelijke groet(?:en)?|(?:met )?hartelijke groet(?:en)?|groet(?:en|jes)?|mvg|hoogachtend|"
        "(?:alvast )?bedankt|dank(?: u| je)?(?: wel)?|"
        "(?:nog )?(?:een )?fijne (?:dag|avond|weekend)(?: verder| gewenst)?|prettige dag(?: verder)?|fijn weekend"
    ),
    "pl": (
        "(?:z )?(?:wyrazami szacunku|poważaniem)|pozdrawiam(?:y)?(?: serdecznie)?|"
        "(?:serdecznie )?pozdrawiam(?:y)?|(?:serdeczne )?pozdrowienia|dziękuj(?:ę|emy)(?: bardzo| z góry)?|"
        "miłego (?:dnia|wieczoru|weekendu)|życz(?:ę|ymy) miłego dnia|z pozdrowieniami"
    ),
    "sv": "(?:med )?vänlig(?:a)? hälsning(?:ar)?|mvh|hälsningar|tack(?: så mycket)?|ha en (?:bra|fin) dag",
    "da": "(?:med )?venlig(?:e)? hilsen(?:er)?|mvh|hilsen|tak|(?:de )?bedste hilsner",
}
SIGN_OFFS_JA = (
    r"(?:何卒|どうぞ|引き続き|今後とも)*(?:、)?(?:よろしく|宜しく)(?:お願い|御願い)(?:いた|致)?(?:し|申し上げ)ます|敬具|"
    r"以上(?:、)?(?:よろしくお願い(?:いたし|致し)ます)?|ありがとうございま(?:す|した)|失礼(?:いた|致)?します"
)

GREETING = re.compile("(?:" + "|".join(GREETINGS.values()) + r")(?!\w)", re.IGNORECASE)
GREETING_JA = re.compile(rf"(?:{GREETINGS_JA})(?:[。、!,\s]+|$)")
ADDRESSEE = re.compile(ADDRESSEES, re.IGNORECASE)
SIGN_OFF = re.compile("(?:" + "|".join(SIGN_OFFS.values()) + r")(?!\w)", re.IGNORECASE)
SIGN_OFF_JA = re.compile(rf"(?:{SIGN_OFFS_JA})[。!\s]*")
