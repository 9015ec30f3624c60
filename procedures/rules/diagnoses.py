"""Meaning of an ICD-10-CM code for the rules, from its structure: chapter and family.

Families are written as the characters before and after the dot; a code belongs to one
if it begins so. The lists are those of the table of rules, not of the classification.
"""

import re
from collections.abc import Iterable

# The five families of the treatment: osteoarthritis and early cartilage damage, other
# disorders of a joint or its cartilage, tendons and their insertions, osteonecrosis,
# and injuries of joint, ligament, muscle or tendon of a limb (S43, S53, …, S96).
INDICATION = re.compile(
    r"M1[5-9]|M12\.5|M2[2-5]|M65|M66|M67|M70|M7[5-9]|M87|M9[34]|S[4-9][36]"
)
# Viral hepatitis and HIV are of another rule; B90-B99 are sequelae and agents.
INFECTION = re.compile(
    r"A[0-9]|B0|B2[5-9]|B[3-8]|B1[0-4]|J0[0-6]|J09|J1|J2[0-2]|J36|J85|J86|L0[0-8]|M00"
    r"|M01|M46\.2|M46\.3|M46\.5|M60\.0|M65\.0|M65\.1|M71\.0|M71\.1|M72\.6|M86|N10|N12"
    r"|N15\.1|N30\.0|N30\.9|N39\.0|N41\.0|H66|H60\.[0-3]|K04\.[67]|K05\.21|K12\.2"
    r"|K35|K57\.[0-9]*[024]|K61|K65|G0[0-7]|I33|R50|R65\.2|R78\.81|T80\.2|T81\.4"
    r"|T84\.[5-7]|T82\.[67]|T83\.5|T85\.7|U07\.1"
)
PREGNANCY = re.compile(r"O[0-9]|Z33\.1|Z34|Z3A")
LACTATION = re.compile(r"Z39\.1|O92")
_PROSTHESES = {
    "shoulder": "1",
    "elbow": "2",
    "wrist": "3",
    "hip": "4",
    "knee": "5",
    "ankle": "6",
}
PROSTHESIS = {
    joint: re.compile(rf"Z96\.6{digit}|T84\.0|T84\.5")
    for joint, digit in _PROSTHESES.items()
}
MARROW = re.compile(
    r"C8[1-8]|C9[0-6]|C79\.52|D45|D46|D47\.[134]|D47\.Z|D60|D61|D75\.81"
)
CANCER = re.compile(r"C[0-7]|C7A|C7B|C80|D0|Z51\.[01]|Z51\.11")
BLEEDING = re.compile(r"D57|D6[5-7]|D68\.[0-4]|D68\.3|D69\.[1-9]")
CLOT = re.compile(r"I26|I6[0-3]|I82\.[2-4]|I82\.6[0-2]|I21|I22")
INFLAMMATORY = re.compile(
    r"L40\.5|M0[5-8]|M10|M11|M1A|M3[0-5]|M45|M46\.[01]|M46\.[89]|K50|K51"
)
TOBACCO = re.compile(r"F17|Z72\.0")
OPIOIDS = re.compile(r"F11|Z79\.891")
BLOOD_BORNE = re.compile(r"B1[5-9]|B20|Z21|Z22\.5|R75")


def found(codes: Iterable[str], family: re.Pattern[str]) -> list[str]:
    """The codes of that family, as they were written."""
    return [code for code in codes if family.match(code.upper())]
