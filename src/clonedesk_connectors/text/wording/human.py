"""A request to speak to a person.

Per language: to talk to or be connected with somebody; somebody who should look, call or help; a person rather than the
bot. Talk about people who already answered (`I spoke to an agent`), colleagues of the customer and persons as data
(`add a person`) are left out by tense, by determiner and by the verbs that may follow.
"""

from __future__ import annotations

from clonedesk_connectors.text.wording.table import Table, phrases

_EN = (
    r"(?:human(?:s| being)?|(?<!other )(?<!delivery )(?<!contact )person|someone|somebody|agent|representative|"
    r"rep|operator|supervisor|manager|(?<!virtual )assistant|adviser|advisor|specialist|colleague|teammate|staff|"
    r"team member)"
)
_EN_BOT = r"(?:chat ?|ro)?bots?|machine|computer|ai|virtual assistant|automated (?:system|replies|answers)"
_DE = (
    r"(?:menschen?|(?:kunden|service|support)?-?(?:mitarbeiter|berater)(?:in|n|s)?|sachbearbeiter(?:in)?|person|"
    r"ansprechpartner(?:in)?|vorgesetzte[nr]?|teamleiter(?:in)?|chef(?:in)?|kolleg(?:e|en|in)|agenten?)"
)
_FR = (
    r"(?:humaine?s?|être humain|conseill(?:er|ère)s?|agents?|opérat(?:eur|rice)s?|responsable|superviseur|"
    r"collègues?|interlocut(?:eur|rice)|téléconseill(?:er|ère)|représentante?|technicien(?:ne)?)"
)
_ES = (
    r"(?<!mi )(?<!mis )(?<!otra )(?<!ninguna )(?:human[oa]s?|personas?|agentes?|asesor(?:a|es)?|operador(?:a|es)?|"
    r"representantes?|supervisora?|encargad[oa]|gerente|compañer[oa]s?|colegas?|emplead[oa]s?|alguien)"
)
_PT = (
    r"(?<!meu )(?<!minha )(?<!outra )(?:human[oa]s?|pessoas?|atendentes?|agentes?|operador(?:a|es)?|representantes?|"
    r"supervisora?|gerente|colegas?|funcionári[oa]s?|responsável|alguém)"
)
_IT = (
    r"(?<!mio )(?<!mia )(?<!altra )(?:uman[oai]|persona|operat(?:ore|rice|ori)|agent[ei]|consulent[ei]|responsabile|"
    r"supervisore|colleg(?:a|hi)|addett[oa]|impiegat[oa]|referente|qualcuno)"
)
_NL = (
    r"(?<!mijn )(?<!andere )(?:mens(?:en)?|medewerkers?|persoon|collega'?s?|agent|leidinggevende|manager|adviseur|"
    r"iemand)"
)
_PL_WITH = r"(?:człowiekiem|konsultant(?:em|ką)|pracowni(?:kiem|cą)|osobą|kierowni(?:kiem|czką)|przełożon(?:ym|ą)|kimś)"
_PL = r"(?:człowiek|konsultant|pracowni|kierowni|przełożon|agent|doradc|menedżer)\w*"
_JA = (
    r"(?:人間|オペレーター?|担当者?|スタッフ|有人|生身の人|係(?:の者|員)?|責任者|社員|店員|上司|"
    r"マネージャー?|管理者|専門家)"
)
_JA_ASKED = r"(?:たい|くださ|下さ|いただけ|頂け|もらえ|ほしい|欲しい|お願い|できますか|できません|希望|くれ)"
_AR = r"(?:ال|لل|ل|ب|بال)?(?:موظف\S*|انسان\S*|شخص\S*|ممثل\S*|مسؤول\S*|مدير\S*|مشرف\S*|بشر\S*|زميل|زملا\S*|وكيل|احد)"

HUMAN = Table(
    {
        "en": phrases(
            "one·of member through live assistant human person agent representative operator supervisor manager "
            "advis specialist "
            "colleague staff team ·rep someone somebody support department some·one anyone real anybody phone "
            "automated bot machine computer ·ai employee service care",
            r"\b(?:speak|talk|chat|contact|reach|connect|transfer|escalate|forward|direct|route|(?<!after )(?<!while "
            r")(?<!was )(?<!been )"
            rf"(?:speaking|talking|chatting))\b(?: me| us| this| it)?~{_EN}\b(?! (?:by|song|name|id|number|version))",
            rf"\b(?:put|hand|switch|get|pass|refer)\b (?:me|us|this|it)\b~{_EN}\b",
            r"\b(?:connect|transfer|forward|escalate|pass|hand|put|refer)\b (?:me|us|this|it)\b~(?:team|support|"
            r"department)\b",
            r"\b(?:speak|talk|chat|speaking|talking|chatting) (?:to|with) (?:someone|somebody|some one|anyone)\b",
            r"\b(?:want|need|prefer|request|(?:'d|would) like|rather|deal with|give me|get me|send me|assistance|"
            r"help)\b~"
            r"(?:human(?! (?:error|resources))|real person|live agent|live person|supervisor)\b",
            r"\b(?:give|get|send) me (?:to )?(?:someone|somebody|an? (?:person|agent|manager)|(?:the|your) manager)\b",
            r"\bdeal(?:ing)? with an? (?:real |actual )?person\b",
            r"\b(?:want|need|prefer|demand) an? (?:person|agent|manager|representative)\b(?=\W*(?:$|please|now|not|"
            r"to (?:help|call|"
            r"talk|look|contact)))",
            r"\b(?:can|could|may|would|will|have|let|want|need|ask|get)\b(?: please)? (?:an?|any|one of your|some(?: "
            r"of your)?|"
            r"your) (?:(?:real|live|actual|human) )?(?:human(?: agent| being)?|person|agent|colleagues?|manager|"
            r"supervisor|"
            r"specialist|representative|staff(?: member)?|team member|advis[eo]r)\b(?: (?:from|of|on|in) \w+ "
            r"\w+)?(?: please)? "
            r"(?:to )?(?:please )?(?:look|check|help|handle|take|call|contact|review|assist|reply|answer|respond|"
            r"talk|speak|"
            r"get back|step in|deal)\b",
            r"\b(?:someone|somebody|anyone|anybody) (?:real|human|from your|of your|on your|in your|at your)\b",
            r"\b(?:someone|somebody|anyone|a person|an agent) (?:please |to |should |must )*(?:call|phone|ring) "
            r"(?:me|us)\b",
            r"\b(?:live|real|human) (?:agent|person|support|representative|operator|assistance|help)\b.{0,20}\bplease",
            rf"(?:don't|do not|no longer) want to (?:talk|speak|chat|deal|write) (?:to|with) (?:an? |the |this |your "
            rf")?(?:{_EN_BOT})\b",
            r"\b(?:person|human|agent|colleague|someone|somebody|team|staff)\b.{0,40}\b(?:not|instead of|rather "
            r"than|than) "
            rf"(?:an? |the |this |your |another )?(?:{_EN_BOT})\b",
            r"\bis there an? (?:actual |real )?(?:human|person)\b",
            r"^(?:human|agent|representative|operator|real person|live agent)(?: please)?\W*$",
            r"\b(?:reach|contact|speak|talk|call|ring|phone)\b.{0,40}\b(?:an employee|your employees|over the phone|"
            r"on the phone|by phone|in person|personally)\b",
            r"\b(?:transfer|connect|hand|pass|put|forward|escalate)\b.{0,25}\bcustomer (?:service|support|care)\b",
            r"\b(?:want|need|prefer|like|rather have)\b~a person (?:to|who) (?:look|check|read|handle|answer|reply|"
            r"call|help|sort|deal)",
            r"\b(?:enough|sick|tired|done|fed up)\b.{0,20}\b(?:bots?|chatbots?|robots?|automated)\b",
            r"\b(?:discuss|talk|speak|go over|sort)\b~(?:with|to) (?:a member of|one of|someone (?:in|from|of))",
            r"\bput (?:me|us) through\b",
            r"\b(?:have|let|get) an? (?:real |actual )?(?:human|person)\b.{0,15}\b(?:look|check|read|review|go)\b",
        ),
        "de": phrases(
            "rufen mensch mitarbeiter besprechen klären erreich verbind durch mensch mitarbeiter berater "
            "sachbearbeiter person ansprechpartner vorgesetzte chef "
            "kolleg agent team support telefon jemand ihrer eurer abteilung rückruf ihnen bot computer "
            "maschine ·ki persönlich kundendienst kundenservice automat",
            r"\bverbinden sie mich\b",
            r"\b(?:stell(?:en sie|e|t)?|verbinde?t?) (?:mich|uns)\b.{0,40}\bdurch\b",
            rf"(?<!ich )\bverbinde mich\b~{_DE}\b",
            r"(?:sprechen|reden|schreiben|verbinden|verbunden|weiterleiten|kontakt)\b~?(?:menschen|mitarbeiter)",
            rf"\bmit (?:(?:einem|einer|ihrem|ihrer|eurem|eurer|dem|der|echten) )?(?:(?:echten|richtigen|realen|"
            rf"menschlichen) )?"
            rf"(?:{_DE}|support-mitarbeiter|kundenberater|jemande?[mn]?)\b.{{0,40}}\b(?:sprechen|reden|schreiben|"
            rf"chatten|"
            r"telefonieren|verbinden|verbunden)\b",
            r"\ban (?:(?:einen?|einer|ihren?|eine|den|die|das) )?(?:(?:echten?|richtigen?|menschlichen?) )?"
            rf"(?:{_DE}|team|support|fachabteilung|abteilung)\b.{{0,25}}\b(?:weiter|weiterleiten|weitergeben|"
            rf"weiterreichen|"
            r"übergeben|abgeben)\b",
            r"\b(?:kann|könnte|soll|sollte|möchte|möge|mag)\b~?(?:eine?r? (?:(?:echter?|richtiger?|menschlicher?) )?"
            rf"{_DE}|jemand (?:aus|von|vom|in) \w+(?: \w+)?|eine[rs]? (?:ihrer|eurer|von ihnen)(?: "
            rf"\w+)?)\b(?:\W+\w+){{0,5}}?\W+"
            r"(?:ansehen|anschauen|prüfen|übernehmen|helfen|anrufen|zurückrufen|melden|kümmern|antworten|bearbeiten|"
            r"sprechen|schauen|draufschauen|kontaktieren|unterstützen)\b",
            r"\b(?:jemand|mitarbeiter(?:in)?|berater(?:in)?)\b.{0,30}\b(?:anrufen|zurückrufen)\b",
            r"\b(?:will|möchte|brauche|wünsche|verlange|bevorzuge|hätte gern)\b.{0,40}\beine?n? (?:(?:echten?|"
            r"richtigen?|"
            r"menschlichen?) )?(?:menschen|(?:kunden)?(?:mitarbeiter|berater)(?:in)?|ansprechpartner(?:in)?|"
            r"sachbearbeiter(?:in)?)"
            r"\b(?!.{0,40}(?:hinzufügen|anlegen|einladen|eintragen|löschen|loben|ändern))",
            rf"\b(?:geben|holen|schicken) sie mir (?:bitte )?(?:ihren?|eine?n?|den|die) (?:(?:echten?|richtigen?) "
            rf")?{_DE}\b",
            r"(?:echte|richtige|reale|menschliche)[nrs]? (?:menschen?|mitarbeiter\w*|person|ansprechpartner\w*|"
            r"berater\w*)",
            r"(?:keinen|statt(?: mit)? (?:einem|dem)) (?:chat-?)?(?:bot|roboter)\b(?!.{0,20}(?:bestellt|gekauft|"
            r"erhalten))",
            r"nicht (?:mit|von|vom) (?:einem |einer |dem |der |diesem |dieser )?(?:(?:chat-?)?bot|roboter|computer|"
            r"maschine|ki)\b",
            r"\b(?:um|bitte|gerne?|hätte|wünsche|erbitte|möchte)\b.{0,25}\brückruf\b",
            r"\b(?:erreiche|erreichen|sprechen|spreche|reden|kontaktieren)\b.{0,30}\b(?:jemande?[mn]?|menschen|"
            r"persönlich|telefonisch|am telefon)\b",
            r"\b(?:an|mit|zum) (?:den |dem |ihren |ihrem )?(?:kundendienst|kundenservice|"
            r"support)\b.{0,25}\b(?:übergeben|verbinden|weiterleiten|sprechen|weiter)\b",
            r"\b(?:menschen?|mitarbeiter\w*|kolleg\w+)\b.{0,15}\bstatt\b|\b(?:genug|schluss|keine "
            r"lust)\b.{0,15}\b(?:bots?|chatbots?|automat\w*|maschine\w*)\b",
            r"\bmit (?:jemandem|einer person|einem menschen|ihnen persönlich)\b.{0,40}\b(?:besprechen|klären|"
            r"diskutieren)\b",
            r"\blassen sie\b.{0,15}\b(?:einen menschen|eine person|einen mitarbeiter|jemanden)\b",
            rf"\b(?:wie|wo)\b.{{0,20}}\b(?:einen?|eine|ihren?|den) {_DE}\b.{{0,10}}\berreich",
            r"^(?:einen? )?(?:echten? )?(?:menschen?|mitarbeiter(?:in)?)(?:,? bitte)?\W*$",
            r"\brufen sie mich (?:bitte )?an\b",
        ),
        "fr": phrases(
            "relation contact communication humain conseill agent humain discuter humain conseill personne agent "
            "opérat responsable superviseur collègue interlocut représentant "
            "technicien quelqu' équipe vos bot machine ·ia automatique",
            rf"\b(?:parler|discuter|échanger|communiquer|contacter|joindre|traiter)\b~(?:{_FR}|personne|quelqu'un|"
            rf"équipe)\b",
            r"\b(?:passe|passez|transfère|transférez|mets|mettez|redirige[zr]?|oriente[zr]?|connecte[zr]?)[- "
            r"](?:moi|nous|"
            rf"ma demande|mon dossier|cette demande|ce ticket)\b(?:~| )?(?:{_FR}|personne|quelqu'un|équipe)\b",
            rf"\b(?:me|nous) (?:passer|transférer|mettre|rediriger|orienter|connecter)\b~(?:{_FR}|quelqu'un|équipe)\b",
            rf"\b(?:passer|transférer)~(?:{_FR}|vraie personne)\b",
            rf"\bune? (?:(?:vraie?|véritable|autre) )?{_FR}(?: humaine?)?,? (?:peut|pourrait|pourra)\b",
            r"\b(?:une? de vos \w+|quelqu'un (?:de|dans|chez) (?:votre|vos|vous)\b(?: \w+)?)",
            rf"\bqu'(?:une? (?:(?:vraie?|autre) )?(?:{_FR}|personne)|quelqu'un)\b(?: \w+){{0,3}}? (?:rappelle|"
            rf"appelle|contacte|"
            r"réponde|aide|regarde|reprenne|prenne|s'en occupe)\b",
            r"\b(?:veux|voudrais|souhaite|préfère|préférerais|besoin|exige|demande)\b~(?:une? |d'une? |"
            r"l')(?:humaine?|être "
            r"humain|(?:vraie?|véritable|autre) (?:personne|conseill\w+)|conseill(?:er|ère)|superviseur|responsable)\b",
            r"(?:une?|de) (?:vrai|vraie|véritable)s? (?:humaine?s?|personnes?|conseill\w+|agents?|interlocut\w+)",
            r"pas (?:parler |discuter |échanger )?(?:à|avec) (?:une?|le|la|ce|cette|votre) (?:robot|machine|bot|"
            r"chatbot|ia)\b",
            r"\b(?:humaine?|conseill\w+|personne|quelqu'un|équipe)\b.{0,40}\bpas (?:à |avec |par )?(?:une?|le|la|"
            r"ce|cette|"
            r"votre|vos) (?:robots?|machine|bot|chatbot|ia)\b",
            r"\b(?:veux|voudrais) (?:pas|plus) (?:d'une?|de|du|ce) (?:robot|bot|chatbot|machine)\b",
            rf"\b(?:demander|demandez)\b.{{0,15}}\b(?:{_FR}|quelqu'un)\b.{{0,15}}(?:appeler|rappeler|contacter|"
            rf"regarder|répondre)",
            r"\b(?:quelqu'un|une? (?:personne|conseill\w+|agent)) au (?:téléphone|bout du fil)\b",
            rf"\b(?:passez|passer|laissez|donnez) la (?:main|place)\b~?(?:{_FR}|quelqu'un)\b",
            r"\b(?:assez|marre|ras le bol)\b.{0,20}\b(?:robots?|bots?|chatbots?|automatiques?)\b",
            r"\b(?:veux|voudrais|souhaite|aimerais|préfère)\b.{0,20}\b(?:une personne|"
            r"quelqu'un)\b.{0,15}\b(?:regarde|réponde|s'en occupe|voie|lise|appelle|rappelle)",
            r"\b(?:faites|faire|laissez)\b.{0,30}\bpar (?:un humain|une? (?:vraie )?(?:personne|collègue)|quelqu'un)\b",
            r"\b(?:parler|discuter|voir cela|échanger)\b~(?:quelqu'un|une personne) (?:de la|du|des|de)\b",
            r"^(?:une? )?(?:humain|conseill(?:er|ère)|agent|vraie personne)(?:,? s'il (?:vous|te) plaît)?\W*$",
            r"\ben (?:contact|relation|communication) avec (?:quelqu'un|une?)\b",
        ),
        "es": phrases(
            "humano agente persona asesor hablar alguien revis persona human agente asesor operador "
            "representante supervisor encargad gerente compañer colega "
            "emplead alguien equipo departamento soporte bot máquina ·ia quién teléfono automátic",
            rf"\b(?:hablar|conversar|comunicarme|comunicar|contactar|chatear|tratar|contacto)\b~{_ES}\b",
            r"\b(?:p[aá]s(?:e|a|en)|transfi[eé]r(?:a|e|an)|com[uú]n[ií](?:que|ca|quen)|deriv[eé]n?|con[eé]ct(?:e|a|en)|"
            rf"p[oó]n(?:ga|gan)?)(?:me|nos)\b~(?:{_ES}|equipo|departamento|soporte)\b",
            r"\bme (?:puede[ns]? |podr[ií]an? )?(?:pas(?:ar?|en?)|transf(?:erir|ieran?)|comuni(?:car|quen?)|"
            r"poner|pongan?|"
            rf"derivar|deriven?)\b~{_ES}\b",
            r"\b(?:pued[ea]n?|podr[ií]an?)\b~?(?:una?|algún|alguna) (?:agente|humano|asesora?|operadora?|emplead[oa]|"
            r"supervisora?|"
            r"encargad[oa]|representante|compañer[oa]|persona (?:real|humana|de verdad))\b",
            r"\balguien (?:de|del|en) (?:su|sus|vuestro|tu|el|la|atención|soporte)\b",
            rf"\bque (?:me )?(?:atienda|llame|contacte|ayude|responda|conteste)n?\b(?: \w+){{0,2}}? {_ES}\b",
            rf"\bque (?:una?|algún|alguna) {_ES} (?:me |lo |se )?(?:atienda|llame|contacte|ayude|responda|revise|"
            rf"vea)\b",
            rf"\bque {_ES} (?:me |lo )(?:atienda|llame|contacte|ayude|responda|revise|vea)\b",
            r"\b(?:quiero|necesito|prefiero|exijo|quisiera|solicito|deseo|pido)\b~(?:humano|humana|persona (?:real|"
            r"de verdad)|"
            r"ser humano)\b",
            r"\b(?:quiero|necesito|prefiero|exijo|quisiera|solicito|deseo|pido) (?:una?|al|a un) (?:agente|asesora?|"
            r"operadora?|"
            r"representante|supervisora?)\b",
            r"(?:persona|agente|asesora?|alguien|humano) (?:real|de verdad|humano|humana|de carne y hueso)\b",
            r"no (?:quiero )?(?:hablar |chatear |tratar )?(?:con|a|por) (?:una?|el|la|este|su) (?:robot|bot|chatbot|"
            r"máquina|ia)\b",
            r"\b(?:hablar|contactar|comunicarme)\b.{0,25}\b(?:por teléfono|en persona|personalmente|con quién)\b|"
            r"\bcon quién puedo hablar\b",
            r"\bque\b.{0,15}\b(?:vea|mire|revise|atienda|lea|conteste|responda)\b.{0,10}\b(?:una persona|un humano|"
            r"alguien)\b",
            r"\b(?:basta|harto|harta|cansad[oa])\b.{0,20}\b(?:robots?|bots?|máquinas?|automátic\w+)\b",
            r"\b(?:quiero|necesito|prefiero|quisiera) (?:a )?una persona\b(?! (?:para|que me ayude a (?:cargar|"
            r"llevar)))",
            r"\b(?:hablar|hablarlo|tratarlo|comentarlo|discutirlo)\b~alguien\b",
            r"\b(?:que|haga que|hagan que) (?:un humano|una persona|alguien) (?:lo |me )?(?:revise|vea|mire|lea|"
            r"compruebe)\b",
            r"^(?:una? )?(?:humano|agente|persona|asesora?)(?:,? por favor)?\W*$",
        ),
        "pt": phrases(
            "humano atendente agente pessoa alguém humano human pessoa atendente agente operador representante "
            "supervisor gerente colega funcionári "
            "responsável alguém equip departamento suporte ·ia assistente atendimento alguem robô bot máquina "
            "telefone apoio automátic",
            rf"\b(?:falar|conversar|contatar|contactar|tratar|comunicar|contato|contacto)\b~{_PT}\b",
            r"\b(?:me (?:passe|passa|transfira|transfere|encaminhe|conecte|coloque)|(?:passe|passa|passem|transfira|"
            r"transfiram|"
            rf"encaminhe|ligue|ponha|coloque)-(?:me|nos|o|a))\b~(?:{_PT}|equip[ae]|departamento|suporte)\b",
            rf"\b(?:pode|podem|poderia) (?:me )?(?:passar|transferir|encaminhar|colocar)(?:-me)?\b~{_PT}\b",
            rf"\b(?:transferir|passar|atendid[oa])\b~{_PT}\b",
            r"\b(?:uma?|algum|alguma) (?:(?:agente|atendente|operadora?|funcionári[oa]|representante)(?: human[oa])?|"
            r"(?:pessoa|"
            r"assistente|colega) (?:human[oa]|real|de verdade|voss[oa])) (?:pode|poderia|podia|consegue)\b",
            r"\b(?:alguém|alguem) d[aeo]s? (?:sua|vossa|seu|vosso|equip[ae]|suporte|atendimento)\b",
            r"\b(?:pode|poderia|podia)\b~?uma? (?:agente|atendente|operadora?|funcionári[oa]|humano)\b",
            rf"\bque (?:(?:uma?|algum|alguma) )?{_PT} (?:me )?(?:ligue|contacte|contate|atenda|ajude|veja|responda)\b",
            r"\b(?:quero|preciso|prefiro|gostaria|exijo|desejo|solicito)\b~(?:humano|humana|pessoa (?:real|de "
            r"verdade))\b",
            r"\b(?:quero|preciso|prefiro|gostaria|exijo|desejo|solicito) (?:de )?uma? (?:atendente|operadora?|agente|"
            r"supervisora?)"
            r"\b",
            r"(?:pessoa|atendente|humano|alguém|agente) (?:real|de verdade|humano|humana|de carne e osso)\b",
            "atendimento humano",
            r"não (?:quero )?(?:falar |conversar |tratar )?(?:com|ao|à|pelo) (?:uma? |o |este |esse |vosso )?(?:robô|"
            r"robot|bot|"
            r"chatbot|máquina|ia)\b",
            r"\b(?:falar|contactar)\b.{0,25}\b(?:por telefone|pessoalmente|em pessoa)\b",
            r"\b(?:passe|passem|transfira|transfiram|ligue|liguem)-?(?:me|nos)?\b.{0,15}\b(?:apoio|atendimento|"
            r"suporte)\b",
            r"\b(?:chega|basta|fart[oa]|cansad[oa])\b.{0,15}\b(?:robôs?|robots?|bots?|máquinas?|automátic\w+)\b",
            r"\b(?:quero|preciso|prefiro|queria) (?:de )?uma pessoa\b(?! para)|\bque uma pessoa (?:veja|leia|"
            r"responda|trate)",
            r"\b(?:falar|tratar|discutir|conversar)\b~alguém\b",
            r"\b(?:pôr|colocar|ter|mandar) (?:um humano|uma pessoa|alguém) a\b|\bque (?:um humano|uma pessoa) "
            r"(?:veja|reveja|analise)",
            r"^(?:uma? )?(?:humano|atendente|agente|pessoa)(?:,? por favor)?\W*$",
            r"\b(?:ligar|passar|transferir|ligue|passe)(?:-me)? (?:a|para) alguém\b",
        ),
        "it": phrases(
            "uman operator contatto persona qualcuno umano persona uman operat agent consulent responsabile "
            "supervisore colleg addett impiegat referente "
            "qualcuno ·ia macchin bot voce telefono automatic",
            rf"\b(?:parlare|contattare|comunicare|conferire|interagire|chattare)\b~{_IT}\b",
            r"\b(?:(?:mi|ci) (?:passi|passa|passate|trasferisca|trasferisci|metta|metti|colleghi)|passatem[ei]|passami|"
            rf"trasferite?mi|trasferiscimi|mettetemi|passarmi|trasferirmi|mettermi|collegarmi)\b~{_IT}\b",
            rf"\b(?:passare|trasferire)~(?:uman[oa]|{_IT})\b",
            r"\b(?:può|possono|potrebbe)\b~?una? (?:(?:vostr[oa]|ver[oa]) )?(?:operat\w+|colleg[ah]|consulente|"
            r"responsabile|"
            r"addett[oa]|agente|persona ver[ao])\b",
            r"\bqualcuno (?:del|della|dei|di) (?:vostr[oai]|team|staff|voi)\b",
            rf"\bche (?:(?:una?|qualche) (?:vostr[oa] )?{_IT}|qualcuno)\b(?: \w+){{0,2}}? (?:richiami|"
            rf"richiamasse|chiami|"
            r"chiamasse|contatti|contattasse|aiuti|aiutasse|risponda|guardi|controlli)\b",
            r"\b(?:voglio|vorrei|preferisco|preferirei|desidero|esigo|chiedo|serve|bisogno)\b~(?:essere umano|"
            r"persona (?:vera|"
            r"reale))\b",
            r"\b(?:voglio|vorrei|preferisco|preferirei|desidero|esigo|chiedo|serve|bisogno di) un[oa]?'? ?(?:operat\w+|"
            r"consulente|responsabile|addett[oa]|uman[oa])\b",
            r"(?:persona|operatore|umano|qualcuno) (?:reale|ver[oa]|umano|in carne e ossa|di reale)\b",
            r"non (?:voglio parlare )?con (?:un |il |questo |una |la )?(?:robot|bot|chatbot|macchina|ia)\b",
            r"\bcontatto uman\w+|\bparlare\b.{0,20}\b(?:al telefono|di persona|a voce)\b",
            r"\b(?:basta|stanc[oa]|stuf[oa])\b.{0,20}\b(?:robot|bot|macchine?|automatic\w+)\b",
            r"\b(?:voglio|vorrei|preferisco|preferirei|chiedo) una persona\b(?! (?:per|che mi aiuti a port))",
            r"\b(?:parlarne|discuterne|parlare)\b~qualcuno\b",
            r"\bda (?:un essere umano|una persona(?: vera)?|un vostro collega)\b",
            r"^(?:un[oa]? )?(?:essere umano|umano|operatore|persona)(?:,? per favore)?\W*$",
            r"\b(?:mettere|mettermi|metterci|metta|mettete)\b.{0,10}\bin contatto con\b",
        ),
        "nl": phrases(
            "mens medewerker bespreken bereik mens mens medewerker persoon collega agent leidinggevende manager "
            "adviseur iemand door jullie uw bot telefon",
            rf"\b(?:spreken|praten|chatten|overleggen|contact)\b~{_NL}\b",
            rf"\b(?:doorverbinden|doorverbonden)~{_NL}\b",
            rf"\bmet (?:(?:een|jullie|uw|de|je) )?(?:echte? )?{_NL}\b.{{0,30}}\b(?:spreken|praten|chatten|bellen|"
            rf"doorverbinden|"
            r"doorverbonden)\b",
            r"\bverbind(?:t u)? (?:me|mij|ons) (?:alsjeblieft |alstublieft |maar )?door\b",
            rf"\bgeef (?:me|mij) (?:een|uw|jullie|de) (?:echte? )?{_NL}\b",
            r"\b(?:kan|zou|mag|wil|laat)\b~?(?:een (?:echte? )?(?:medewerker|mens|collega|leidinggevende|adviseur)|"
            r"iemand (?:van|"
            r"uit|bij) (?:jullie|uw|het|de|u)\b(?: \w+)?|(?:een|één) van (?:uw|jullie) \w+)\b(?: \w+){0,4}? "
            r"(?:\w*kijken|"
            r"\w*bellen|helpen|overnemen|contacteren|opnemen|antwoorden|oppakken|controleren)\b",
            r"\biemand\b.{0,20}\b(?:terugbellen|bellen)\b",
            r"\b(?:wil|wens|verlang|graag)\b~een (?:echte? )?(?:mens|medewerker)\b(?!.{0,30}(?:toevoegen|aanmaken|"
            r"uitnodigen|"
            r"verwijderen))",
            r"een echte? (?:mens|persoon|medewerker)\b|\bechte (?:mensen|medewerkers)\b",
            r"\b(?:medewerker|mens|persoon|collega) (?:te )?(?:spreken|bellen)\b",
            r"(?:niet (?:met|door) (?:een |de |deze |jullie )?|geen )(?:chat)?(?:ro)?bot\b(?!.{0,20}(?:besteld|"
            r"gekocht|ontvangen))",
            r"\b(?:gebeld|teruggebeld|geholpen) (?:te )?(?:worden )?door (?:een |uw |jullie )?(?:medewerker|mens|"
            r"persoon|collega|iemand)\b",
            rf"\b(?:praat|spreek|chat|praten|spreken)\b.{{0,15}}\bmet (?:een )?(?:echte? )?{_NL}\b",
            r"\bschakel\b.{0,25}\b(?:collega|medewerker|mens|leidinggevende)\b.{0,8}\bin\b",
            r"\b(?:genoeg|klaar|zat|beu)\b.{0,15}\b(?:chat)?(?:ro)?bots?\b|\b(?:telefonisch|"
            r"persoonlijk)\b.{0,20}\b(?:spreken|contact)\b",
            r"\bmet (?:iemand|een (?:mens|medewerker|collega))\b.{0,30}\b(?:bespreken|overleggen)\b",
            r"\bhoe (?:bereik|spreek|krijg) (?:ik|je)\b~(?:medewerker|mens|persoon|collega)\b|"
            r"\blaat\b.{0,15}\been mens\b",
            r"^(?:een )?(?:echte? )?(?:mens|medewerker)(?:,? (?:alstublieft|alsjeblieft|graag))?\W*$",
        ),
        "pl": phrases(
            "człowiek konsultant omówić kimś człowiek konsultant pracowni osob kierowni przełożon kimś zespoł "
            "dział agent doradc menedżer "
            "ktoś bot automat maszyn kogoś",
            r"\b(?:rozmawiać|porozmawiać|pogadać|połączyć|skontaktować|rozmow[yęa]|kontakt(?:u|em)?)\b"
            rf"(?:\W+\w+){{0,2}}? {_PL_WITH}\b",
            r"\b(?:połącz(?:cie)?|przełącz(?:cie|yć)?|przekieruj(?:cie)?|przekierować|przekaż(?:cie)?|przekazać)\b"
            rf"(?:\W+\w+){{0,3}}? (?:do|z|ze) (?:\w+ )?(?:{_PL}|osob\w+|zespoł\w+|dział\w+)",
            r"\b(?:czy|może|mógłby|mogłaby|niech|żeby|aby)\b(?:\W+\w+){0,3}? (?:ktoś z|pracownik|konsultant(?:ka)?|"
            r"człowiek|"
            r"kierownik)\b.{0,40}\b(?:spojrz|zerkn|zadzwoni|oddzwoni|pomóc|pomoże|skontaktuj|zajm|zająć|sprawdzi|"
            r"odpowie|przej)",
            r"\b(?:zadzwoni|oddzwoni)\w* do mnie (?:\w+ )?(?:pracownik|konsultant|człowiek|kierownik|ktoś)\w*",
            r"(?:żyw|prawdziw)\w+ (?:człowiek|osob|konsultant|pracowni)\w*",
            rf"\b(?:chcę|wolę|potrzebuję|żądam|proszę o) (?:żywego )?{_PL}",
            r"\bnie z (?:bot|robot|automat|maszyn)\w*",
            r"\b(?:telefon|połączenie|odpowiedź|pomoc) od (?:\w+ )?(?:konsultant\w*|pracownik\w*|człowieka|żywej "
            r"osoby)",
            r"\b(?:dajcie|dać|poproszę|wołajcie)\b.{0,10}\b(?:kogoś|konsultant\w*|człowieka|"
            r"pracownika)\b(?!.{0,20}(?:dodać|usunąć|zaprosić))",
            r"\b(?:dość|koniec)\b.{0,15}\b(?:bot\w*|automat\w*|robot\w*)",
            r"\b(?:omówić|wyjaśnić|przedyskutować)\b.{0,10}\bz (?:kimś|konsultant\w+|pracownik\w+|człowiekiem)",
            r"^(?:\w+ )?(?:człowieka|konsultanta|człowiek|konsultant)(?:,? (?:poproszę|proszę))?\W*$",
        ),
        "ja": phrases(
            "人の目 人に オペレータ 担当 スタッフ 係 責任者 社員 店員 上司 マネージャ 管理者 専門家 人 ボット "
            "自動 機械 "
            "電話 直接 で じゃ",
            rf"{_JA}(?:の方|の人|さん)?(?:と|に|へ|が|から|による|の対応)[^。\n]{{0,25}}{_JA_ASKED}",
            rf"{_JA}(?:の方|さん)?(?:と|に|へ)[^。\n]{{0,15}}(?:話|つな|繋|代わ|替わ|変わ)",
            rf"{_JA}(?:の方|さん)?(?:を[^。\n]{{0,6}}|対応を?)(?:お願い|出して|呼ん|希望|して)",
            r"(?:^|[^一-龯々])人(?:と|に)[^。\n]{0,10}(?:話|代わ|つな|相談)",
            "(?:ロボット|ボット|ai|自動応答|機械)(?:では|じゃ|で)な(?:く|い)",
            "有人(?:チャット|対応|サポート|窓口)",
            r"(?:電話|直接)[^。\n]{0,12}話(?:せ|し|を)[^。\n]{0,12}(?:方|人|いますか|たい|できますか)",
            r"(?:スタッフ|オペレーター?|担当者?|人間|有人)(?:の方)?(?:に|と|へ)?(?:つなが|繋が)",
            r"(?:自動(?:返信|応答|音声)|ai)(?:では|じゃ|で)な(?:く|い)|担当(?:者)?の方から",
            r"人の目で|(?:人|人間|担当者)に(?:直接)?(?:確認|見て|相談)[^。\n]{0,10}(?:ほしい|もらえ|いただ|たい|"
            r"ください)",
        ),
        "ar": phrases(
            "مناقش الوصول موظف انسان شخص ممثل مسؤول مدير مشرف بشر زميل زملا وكيل احد فريق الدعم خدمه الي بوت اله",
            rf"(?:التحدث|اتحدث|اتكلم|الكلام|التكلم|احكي|التواصل|اتواصل|محادثه|الحديث)~{_AR}",
            r"(?:حول(?:ني|وني|وا|يني)|تحويلي|تحولني|وصل(?:ني|وني)|صل(?:ني|وني)|اوصل(?:ني|وني)|احالتي)"
            rf"~(?:{_AR}|خدمه العملاء|الدعم|فريق\S*)",
            r"هل (?:يمكن|بامكان|يستطيع|يقدر) (?:\S+ )?(?:ل|ال)?(?:موظف|زميل|احد(?:كم)?|مدير)\S*",
            r"(?:شخص|موظف|انسان|وكيل)ا? (?:حقيقي|بشري)\S*",
            r"(?:اريد|ارغب|احتاج|افضل|اطلب|ابغي)(?: (?!اضافه|حذف|دعوه)\S+){0,2}? (?:انسان|موظف|بشر|مدير|ممثل)\S*",
            r"(?:وليس|لا|ليس|بدل|بدلا من)(?: مع| الي)? (?:ال)?(?:روبوت|بوت|اله)\b",
            r"(?:ل|فل)?[يت]تصل بي (?:احد|موظف|مدير)\S*",
            r"(?:يكلمني|يتصل بي|يرد علي|يساعدني) (?:ال)?(?:مشرف|موظف|مدير|انسان|شخص|احد)\S*",
            r"(?:لا اريد|كفي|سئمت)(?: \S+){0,3}? (?:ال)?(?:روبوت|بوت|اله|الي|اليا)\b",
            r"(?:مناقشه|مناقشته|الوصول الي|كيف اصل الي)(?: \S+){0,2}? (?:مع )?(?:شخص|موظف|احد|مسؤول)\S*",
        ),
    }
)
