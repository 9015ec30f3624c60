"""The texts patients agree to, by version. A version's text never changes."""

WORDINGS: dict[str, dict[str, str]] = {
    "sms-1": {
        "en": (
            "You may text me about my visits and my recovery at the number I gave."
            " Message and data rates may apply. I can stop at any time by replying"
            " STOP. My care does not depend on this."
        ),
        "es": (
            "Pueden enviarme mensajes de texto sobre mis citas y mi recuperación al"
            " número que di. Pueden aplicarse tarifas de mensajes y datos. Puedo"
            " cancelarlo en cualquier momento respondiendo STOP. Mi atención no"
            " depende de esto."
        ),
    },
    "email-1": {
        "en": (
            "You may e-mail me about my visits and my recovery at the address I gave."
            " I know that e-mail is not encrypted on its way. I can stop at any time."
            " My care does not depend on this."
        ),
        "es": (
            "Pueden enviarme correos electrónicos sobre mis citas y mi recuperación a"
            " la dirección que di. Sé que el correo electrónico no viaja cifrado."
            " Puedo cancelarlo en cualquier momento. Mi atención no depende de esto."
        ),
    },
}
CURRENT: dict[str, str] = {"sms": "sms-1", "email": "email-1"}
