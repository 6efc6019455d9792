"""Words that carry an amount, a date, a period, a number or a negation, by language and kind.

Numbers start at two: "one" is an article or a pronoun in most of these languages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from clonedesk_connectors.text.tables import words

NUMBER, MONEY, DATE, PERIOD, LINK, EMAIL, NEGATION = "number", "money", "date", "period", "link", "email", "negation"

SYMBOLS = dict.fromkeys(words("€ $ £ ¥ ₹ ₩ ₺ ₽ % eur usd gbp jpy pln chf brl euro euros"), MONEY)

BY_LANGUAGE: Mapping[str, Mapping[str, frozenset[str]]] = {
    "en": {
        NEGATION: words("not no never cannot without none nothing neither nor unable impossible nobody"),
        NUMBER: words(
            "two three four five six seven eight nine ten eleven twelve fifteen twenty thirty fifty hundred thousand "
            "half double twice full partial"
        ),
        PERIOD: words("minute minutes hour hours day days week weeks month months year years"),
        DATE: words(
            "monday tuesday wednesday thursday friday saturday sunday january february march april june july august "
            "september october november december today tomorrow yesterday tonight"
        ),
        MONEY: words("dollar dollars pound pounds cents percent"),
    },
    "de": {
        NEGATION: words(
            "nicht kein keine keinen keinem keiner keines nie niemals ohne nichts weder unmöglich niemand keinesfalls"
        ),
        NUMBER: words(
            "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig fünfzig hundert tausend hälfte "
            "doppelt zweimal halbe halben volle vollen vollständig teilweise"
        ),
        PERIOD: words(
            "minute minuten stunde stunden tag tage tagen werktag werktage werktagen woche wochen monat monate monaten "
            "jahr jahre jahren"
        ),
        DATE: words(
            "montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar märz april mai juni juli "
            "august september oktober november dezember heute morgen gestern übermorgen"
        ),
        MONEY: words("cent prozent franken dollar"),
    },
    "fr": {
        NEGATION: words("pas jamais sans aucun aucune rien non impossible ni"),
        NUMBER: words(
            "deux trois quatre cinq six sept huit dix onze douze vingt trente cinquante cent mille "
            "moitié demi intégral partiel"
        ),
        PERIOD: words("minute minutes heure heures jour jours semaine semaines mois an ans année années"),
        DATE: words(
            "lundi mardi mercredi jeudi vendredi samedi dimanche janvier février mars avril mai juin juillet août "
            "septembre octobre novembre décembre aujourd'hui demain hier"
        ),
        MONEY: words("dollars centimes francs"),
    },
    "es": {
        NEGATION: words("no nunca jamás sin ningún ninguna ninguno nada tampoco ni imposible nadie"),
        NUMBER: words(
            "dos tres cuatro cinco seis siete ocho nueve diez once doce veinte treinta cincuenta cien mil "
            "mitad medio total parcial"
        ),
        PERIOD: words("minuto minutos hora horas día días semana semanas mes meses año años"),
        DATE: words(
            "lunes martes miércoles jueves viernes sábado domingo enero febrero marzo abril mayo junio julio agosto "
            "septiembre octubre noviembre diciembre hoy mañana ayer"
        ),
        MONEY: words("dólares pesos céntimos"),
    },
    "pt": {
        NEGATION: words("não nunca jamais sem nenhum nenhuma nada nem tampouco impossível ninguém"),
        NUMBER: words(
            "dois duas três quatro cinco seis sete oito nove dez doze vinte trinta cinquenta cem mil "
            "metade meio total integral parcial"
        ),
        PERIOD: words("minuto minutos hora horas dia dias semana semanas mês meses ano anos"),
        DATE: words(
            "segunda terça quarta quinta sexta segunda-feira sábado domingo janeiro fevereiro março abril maio junho "
            "julho agosto setembro outubro novembro dezembro hoje amanhã ontem"
        ),
        MONEY: words("real reais dólares centavos"),
    },
    "it": {
        NEGATION: words("non no mai senza nessun nessuna nessuno niente nulla né impossibile neanche"),
        NUMBER: words(
            "due tre quattro cinque sette otto nove dieci dodici venti trenta cinquanta cento mille "
            "metà mezzo doppio intero parziale"
        ),
        PERIOD: words("minuto minuti ora ore giorno giorni settimana settimane mese mesi anno anni"),
        DATE: words(
            "lunedì martedì mercoledì giovedì venerdì sabato domenica gennaio febbraio marzo aprile maggio giugno "
            "luglio agosto settembre ottobre novembre dicembre oggi domani ieri"
        ),
        MONEY: words("centesimi dollari"),
    },
    "nl": {
        NEGATION: words("niet geen nooit zonder niets onmogelijk niemand nergens"),
        NUMBER: words(
            "twee drie vier vijf zes zeven acht negen tien twaalf twintig dertig vijftig honderd "
            "helft halve dubbel volledig volledige gedeeltelijk"
        ),
        PERIOD: words("minuut minuten uur dag dagen werkdag werkdagen week weken maand maanden jaar jaren"),
        DATE: words(
            "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag januari februari maart april mei juni juli "
            "augustus september oktober november december vandaag morgen gisteren overmorgen"
        ),
        MONEY: words("cent procent dollar"),
    },
    "pl": {
        NEGATION: words("nie nigdy bez żaden żadna żadne żadnych nic ani niemożliwe nikt"),
        NUMBER: words(
            "dwa dwie dwóch trzy trzech cztery czterech pięć pięciu sześć siedem siedmiu osiem dziewięć dziesięć "
            "dziesięciu dwanaście dwadzieścia trzydzieści sto tysiąc połowa połowę pełną "
            "całą częściowo"
        ),
        PERIOD: words(
            "minut minuty godzin godziny godzinę dzień dni tydzień tygodni tygodnie tygodnia miesiąc miesiące miesięcy "
            "rok lata lat"
        ),
        DATE: words(
            "poniedziałek poniedziałku wtorek wtorku środa środę środy czwartek czwartku piątek piątku sobota sobotę "
            "niedziela niedzielę stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października "
            "listopada grudnia dziś dzisiaj jutro wczoraj pojutrze"
        ),
        MONEY: words("zł złotych złote złoty groszy procent"),
    },
    "sv": {NEGATION: words("inte aldrig utan ingen inga inget omöjligt ej")},
    "da": {NEGATION: words("ikke aldrig uden ingen intet umuligt ej")},
}
# Everyday words of one language that are critical in another: left out while the language is unknown.
AMBIGUOUS = words(
    "no ni sin mai personne utan an mes due real hier onze once mars six dix tag ora morgen mil cent sette dia elf "
    "acht die nove sei quinta sexta sto lat rok dni non maja nada ingen"
)

# Japanese is compared by single characters, so its critical words are found in the text itself.
JAPANESE: Mapping[str, re.Pattern[str]] = {
    NEGATION: re.compile(
        "ません(?!か)|な(?:い(?!か)|かった|くて|ければ)|ずに|せず|不可|不要|無効|未(?:完了|払|着|発送|対応)|禁止"
    ),
    NUMBER: re.compile("[一二三四五六七八九十百千万]+(?=[つ日時分人件個回枚週か年月%円])|半額|半分"),
    MONEY: re.compile("円|ドル|ユーロ"),
    DATE: re.compile("[月火水木金土日]曜|明日|今日|本日|昨日|翌日|明後日|今週|来週|来月"),
    PERIOD: re.compile("営業日|時間|分(?=以内|後|ほど)|週間|か月|ヶ月|カ月|年間|日間"),
}
