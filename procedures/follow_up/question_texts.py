"""The words of our own questions, in English and Spanish; neutral on purpose."""

Words = dict[str, str]

# Each a question and its hint.
TEXTS: dict[str, dict[str, tuple[str, str]]] = {
    "en": {
        "nrs": ("How much pain do you have now?", "0 is no pain, 10 the worst pain."),
        "temperature_c": (
            "What is your temperature?",
            "In °F or °C. Leave it empty if you have no thermometer.",
        ),
        "swelling": ("How swollen is the treated place?", ""),
        "bears_weight": ("Can you put weight on it or use it?", ""),
        "warning_signs": (
            "Do you have any of these?",
            "Choose all that apply, or none.",
        ),
        "sane": ("If 100 is normal, how would you rate it today?", "From 0 to 100."),
        "pgic": ("Since your visit, how has it changed overall?", ""),
        "required": ("Choose an answer.", ""),
        "choose": ("Choose one of the answers.", ""),
        "range": ("Enter a whole number in the range shown.", ""),
        "temperature_wrong": ("Enter a temperature such as 98.6 or 37.0.", ""),
        "nothing_answered": ("Nothing was answered. Answer at least one question.", ""),
        "signs_missing": ("Choose a sign, or write what is wrong.", ""),
        "words_long": ("Use at most 1,000 characters.", ""),
        "call_1": ("Call 911 now.", "Do not wait for us to call you."),
        # Said only when somebody is being paged.
        "call_2_told": (
            "Call us now.",
            "Someone from the clinic has been told. If it gets worse, call 911.",
        ),
        "call_2": (
            "Call us now.",
            "If nobody answers, or if it gets worse, call 911.",
        ),
    },
    "es": {
        "nrs": (
            "¿Cuánto dolor tiene ahora?",
            "0 es ningún dolor, 10 el peor dolor.",
        ),
        "temperature_c": (
            "¿Qué temperatura tiene?",
            "En °F o °C. Déjelo vacío si no tiene termómetro.",
        ),
        "swelling": ("¿Qué tan hinchada está la zona tratada?", ""),
        "bears_weight": ("¿Puede apoyar peso o usarla?", ""),
        "warning_signs": (
            "¿Tiene alguna de estas señales?",
            "Elija todas las que tenga, o ninguna.",
        ),
        "sane": ("Si 100 es lo normal, ¿cómo la calificaría hoy?", "De 0 a 100."),
        "pgic": ("Desde su cita, ¿cómo ha cambiado en general?", ""),
        "required": ("Elija una respuesta.", ""),
        "choose": ("Elija una de las respuestas.", ""),
        "range": ("Escriba un número entero dentro del rango.", ""),
        "temperature_wrong": ("Escriba una temperatura como 98.6 o 37.0.", ""),
        "nothing_answered": ("No respondió nada. Conteste al menos una pregunta.", ""),
        "signs_missing": ("Elija una señal, o escriba qué le pasa.", ""),
        "words_long": ("Use como máximo 1,000 caracteres.", ""),
        "call_1": ("Llame al 911 ahora.", "No espere nuestra llamada."),
        "call_2_told": (
            "Llámenos ahora.",
            "Ya se avisó a una persona de la clínica. Si empeora, llame al 911.",
        ),
        "call_2": (
            "Llámenos ahora.",
            "Si nadie contesta, o si empeora, llame al 911.",
        ),
    },
}

OPTIONS: dict[str, dict[str, Words]] = {
    "swelling": {
        "none": {"en": "Not swollen", "es": "Sin hinchazón"},
        "mild": {"en": "A little", "es": "Un poco"},
        "severe": {"en": "Very swollen", "es": "Muy hinchada"},
    },
    "bears_weight": {
        "yes": {"en": "Yes", "es": "Sí"},
        "no": {"en": "No", "es": "No"},
    },
    "pgic": {
        "1": {"en": "Very much better", "es": "Muchísimo mejor"},
        "2": {"en": "Much better", "es": "Mucho mejor"},
        "3": {"en": "A little better", "es": "Un poco mejor"},
        "4": {"en": "No change", "es": "Sin cambio"},
        "5": {"en": "A little worse", "es": "Un poco peor"},
        "6": {"en": "Much worse", "es": "Mucho peor"},
        "7": {"en": "Very much worse", "es": "Muchísimo peor"},
    },
}

SIGN_TEXTS: dict[str, Words] = {
    "chest_pain": {"en": "Chest pain", "es": "Dolor en el pecho"},
    "breathlessness": {"en": "Trouble breathing", "es": "Dificultad para respirar"},
    "fainting": {"en": "Fainting", "es": "Desmayo"},
    "stroke_signs": {
        "en": "Face drooping, arm weakness or trouble speaking",
        "es": "Cara caída, debilidad en un brazo o dificultad para hablar",
    },
    "throat_swelling": {
        "en": "Swelling of the face, lips or throat",
        "es": "Hinchazón de la cara, los labios o la garganta",
    },
    "bleeding_not_stopping": {
        "en": "Bleeding that 15 minutes of pressure does not stop",
        "es": "Sangrado que no para con 15 minutos de presión",
    },
    "bladder_bowel_loss": {
        "en": "Loss of bladder or bowel control",
        "es": "Pérdida de control de la vejiga o del intestino",
    },
    "rigors": {"en": "Shaking chills", "es": "Escalofríos con temblores"},
    "hot_red_swollen": {
        "en": "The treated place is hot, red or very swollen",
        "es": "La zona tratada está caliente, roja o muy hinchada",
    },
    "pus_or_drainage": {"en": "Pus or drainage", "es": "Pus o secreción"},
    "calf_pain_or_swelling": {
        "en": "Pain or swelling in the calf",
        "es": "Dolor o hinchazón en la pantorrilla",
    },
    "new_numbness_or_weakness": {
        "en": "New numbness or weakness",
        "es": "Adormecimiento o debilidad nuevos",
    },
    "severe_back_or_belly_pain": {
        "en": "Severe pain in the low back, side or belly",
        "es": "Dolor fuerte en la espalda baja, el costado o el vientre",
    },
    "expanding_bruise": {
        "en": "A bruise that keeps growing",
        "es": "Un moretón que sigue creciendo",
    },
    "pain_worse_after_72_hours": {
        "en": "Pain getting worse after the third day",
        "es": "Dolor que empeora después del tercer día",
    },
    "bruise_over_10_cm": {
        "en": "A bruise larger than a hand",
        "es": "Un moretón más grande que una mano",
    },
    "rash_or_itch": {"en": "Rash or itching", "es": "Sarpullido o picazón"},
    "took_nsaid": {
        "en": "I took an anti-inflammatory pain reliever",
        "es": "Tomé un analgésico antiinflamatorio",
    },
    "distress": {
        "en": "I feel very worried or low",
        "es": "Me siento muy preocupado/a o decaído/a",
    },
}
