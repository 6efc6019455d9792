"""Text that speaks to a language model instead of to a person."""

from __future__ import annotations

from clonedesk_connectors.text.wording.table import Table, phrases

INSTRUCTION = Table(
    {
        "en": phrases(
            "instruct prompt rules guideline context polic override now longer message system mode act "
            "jailbreak user customer agent im_start im_end endoftext channel inst] <start <<sys>>",
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
            r"\[inst]|\[/inst]",
            "<start_of_turn>",
            "<<sys>>",
        ),
        "de": phrases(
            "anweisung instruktion regeln vorgaben prompt du",
            r"\b(?:ignoriere?|vergiss|vergessen sie|missachte|umgehe)\b~(?:anweisungen|anweisung|instruktionen|"
            r"regeln|vorgaben|prompts?)\b",
            r"\bdu bist (?:jetzt|ab sofort|nun) (?:ein|eine|kein)\b",
            "systemprompt",
        ),
        "fr": phrases(
            "instruction consigne règles directives tu vous prompt invite",
            r"\b(?:ignore[zr]?|oublie[zr]?|contourne[zr]?)\b~(?:instructions?|consignes?|règles|directives)\b",
            r"\b(?:tu es|vous êtes) (?:maintenant|désormais) (?:un|une)\b",
            "(?:invite|prompt) système",
        ),
        "es": phrases(
            "instruc reglas directrices indicaciones ahora prompt",
            r"\b(?:ignora|ignore|olvida|olvide|omite|omita)\b~(?:instrucciones|instrucción|reglas|directrices|"
            r"indicaciones)\b",
            r"\b(?:ahora eres|eres ahora) (?:un|una)\b",
            "prompt del sistema",
        ),
        "pt": phrases(
            "instruç regras diretrizes agora prompt",
            r"\b(?:ignore|ignora|esqueça|esquece|desconsidere)\b~(?:instruções|instrução|regras|diretrizes)\b",
            r"\b(?:agora você é|você agora é) (?:um|uma)\b",
            "prompt do sistema",
        ),
        "it": phrases(
            "istruzion regole direttive sei prompt",
            r"\b(?:ignora|ignori|ignorate|dimentica|dimentichi)\b~(?:istruzioni|istruzione|regole|direttive)\b",
            r"\b(?:ora sei|da ora sei|adesso sei) (?:un|una)\b",
            "prompt di sistema",
        ),
        "nl": phrases(
            "instructie regels aanwijzingen richtlijnen bent systeemprompt",
            r"\b(?:negeer|vergeet|omzeil)\b~(?:instructies|instructie|regels|aanwijzingen|richtlijnen)\b",
            r"\bje bent (?:nu|vanaf nu) (?:een|geen)\b",
            "systeemprompt",
        ),
        "pl": phrases(
            "instrukcj polece zasad wytyczn teraz prompt",
            r"\b(?:zignoruj|ignoruj|zapomnij o|pomiń)\b~(?:instrukcj\w+|polece\w+|zasad\w*|wytyczn\w+)\b",
            r"\bjesteś teraz\b",
            "prompt systemowy",
        ),
        "ja": phrases(
            "無視 忘れ 破棄 プロンプト 今から これから",
            r"(?:指示|命令|ルール|プロンプト|制約)(?:は|を)?(?:すべて|全て)?[^。\n]{0,6}(?:無視|忘れ|破棄)",
            "システムプロンプト",
            r"(?:あなたは)?(?:今から|これから)[^。\n]{0,20}(?:として振る舞|になりきっ)",
        ),
        "ar": phrases(
            "اوامر توجيهات تعليمات قواعد",
            r"(?:تجاهل|انس|تخط)(?:ي|وا)?(?: \S+){0,2}? (?:ال)?(?:تعليمات|قواعد|اوامر|توجيهات)",
        ),
    }
)
