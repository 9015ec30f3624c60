"""The side an ICD-10-CM code says, in SQL (frozen with migration 0012).

Each row is (place of the character that names the side, its values for the right,
for the left, the beginnings of the codes it holds for), worked out from the official
list of M and S codes. A code of no row says no side. A test compares every code.
"""

FAMILIES: tuple[tuple[int, str, str, str], ...] = (
    (
        6,
        "1",
        "2",
        (
            "M00 M01 M02 M05 M06 M07 M08 M1A M10 M11 M12 M13 M14 M19 M200 M205 M210 "
            "M211 M212 M213 M215 M216 M218 M219 M222 M223 M228 M2301 M2302 M2303 "
            "M2304 M2305 M2306 M2321 M2322 M2323 M2324 M2325 M2326 M2331 M2332 M2333 "
            "M2334 M2335 M2336 M236 M238 M266 M6001 M6002 M6003 M6005 M6006 M601 M602 "
            "M608 M620 M621 M622 M624 M6251 M6252 M6253 M6254 M6255 M6256 M6257 M63 "
            "M65 M672 M673 M674 M679 M700 M708 M709 M710 M711 M713 M714 M715 M718 "
            "M751 M768 M80 M8431 M8432 M8435 M8441 M8442 M8445 M8451 M8452 M8454 "
            "M8455 M8461 M8462 M8464 M8465 M85 M860 M861 M862 M863 M864 M865 M866 "
            "M8711 M8712 M8715 M88 M890 M894 M895 M896 M897 M90 M922 M925 M93 M942 "
            "M943 M966 S002 S004 S011 S013 S014 S0210 S0212 S026 S0283 S0284 S040 "
            "S048 S058 S081 S093 S15 S201 S202 S203 S204 S21 S25 S28 S325 S370 S40 "
            "S41 S431 S434 S448 S45 S46 S48 S490 S491 S503 S508 S509 S51 S534 S548 "
            "S55 S58 S59 S600 S601 S602 S603 S605 S608 S6091 S6092 S6093 S610 S611 "
            "S614 S615 S633 S635 S6360 S6362 S6364 S6368 S638 S648 S650 S651 S652 "
            "S653 S654 S658 S659 S660 S662 S664 S668 S669 S680 S684 S685 S687 S702 "
            "S703 S709 S71 S728 S748 S75 S76 S78 S79 S802 S808 S809 S81 S823 S8321 "
            "S8322 S8323 S8324 S8325 S8326 S8327 S8328 S834 S835 S838 S848 S85 S86 "
            "S88 S890 S891 S892 S893 S901 S902 S905 S908 S934 S936 S948 S95 S96 S971 "
            "S98 S99"
        ),
    ),
    (
        5,
        "1",
        "2",
        (
            "M16 M17 M18 M201 M202 M203 M204 M206 M214 M220 M221 M224 M229 M234 M235 "
            "M239 M543 M544 M670 M675 M701 M702 M703 M704 M705 M706 M707 M712 M750 "
            "M752 M753 M754 M755 M758 M759 M760 M761 M762 M763 M764 M765 M766 M767 "
            "M77 M91 M920 M921 M923 M924 M926 M927 M95 M97 S001 S023 S03 S041 S042 "
            "S043 S044 S045 S046 S047 S050 S051 S052 S053 S054 S055 S056 S057 S059 "
            "S068 S092 S200 S223 S224 S318 S429 S435 S436 S438 S439 S440 S441 S442 "
            "S443 S444 S445 S449 S498 S499 S500 S501 S529 S532 S533 S540 S541 S542 "
            "S543 S549 S57 S629 S639 S640 S641 S642 S643 S649 S670 S672 S673 S674 "
            "S679 S69 S700 S701 S729 S740 S741 S742 S749 S77 S800 S801 S829 S833 S836 "
            "S839 S840 S841 S842 S849 S87 S898 S899 S900 S903 S940 S941 S942 S943 "
            "S949 S970 S978"
        ),
    ),
    (
        6,
        "14",
        "25",
        (
            "M25 M6004 M79 M8434 M8444 M8457 M8467 M8714 M8716 S323 S324 S326 S354 "
            "S355 S421 S422 S423 S430 S432 S433 S520 S521 S522 S523 S525 S526 S530 "
            "S531 S620 S621 S622 S625 S630 S631 S720 S721 S723 S724 S73 S820 S821 "
            "S822 S824 S828 S830 S831 S904 S909 S91 S92 S931 S933 S935"
        ),
    ),
    (
        6,
        "0246",
        "1357",
        (
            "M8916 S604 S6094 S612 S613 S623 S626 S632 S634 S6361 S6363 S6365 S6369 "
            "S644 S655 S661 S663 S665 S671 S681 S686"
        ),
    ),
    (
        6,
        "13",
        "24",
        (
            "M217 M678 M8433 M8436 M8443 M8446 M8453 M8456 M8463 M8466 M848 M8913 "
            "M892 M893"
        ),
    ),
    (
        6,
        "147",
        "258",
        "M24 M61 M66 M8437 M8447 M847 M870 M8713 M8717 M872 M873 M878 S420 S424",
    ),
    (
        6,
        "036",
        "147",
        "M2300 M2320 M2330 M6007 S311 S316 S8320",
    ),
    (
        5,
        "14",
        "25",
        "S063 S722 S825 S826 S930",
    ),
    (
        6,
        "1357",
        "2468",
        "M8912 M8915 S56",
    ),
    (
        6,
        "03",
        "14",
        "M6000",
    ),
    (
        6,
        "ACEG",
        "BDFH",
        "S0211",
    ),
    (
        6,
        "ACE",
        "BDF",
        "S024",
    ),
    (
        4,
        "8",
        "",
        "S0281",
    ),
    (
        4,
        "",
        "8",
        "S0282",
    ),
    (
        6,
        "0",
        "2",
        "S365",
    ),
    (
        4,
        "1",
        "2",
        "S47",
    ),
)


def _when(place: int, right: str, left: str, beginnings: str) -> str:
    family = f"code ~ '^({beginnings.replace(' ', '|')})'"
    side = f"substr(code, {place}, 1)"
    return f"""    WHEN {family} THEN CASE
      WHEN {side} <> '' AND strpos('{right}', {side}) > 0 THEN 'right'
      WHEN {side} <> '' AND strpos('{left}', {side}) > 0 THEN 'left'
      ELSE '' END"""


SIDES = f"""
CREATE FUNCTION procedures_side_of_code(code text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE
{chr(10).join(_when(*family) for family in FAMILIES)}
    ELSE '' END
    FROM (SELECT upper(replace(code, '.', '')) AS code) AS plain
$$;
"""
DROP_SIDES = "DROP FUNCTION procedures_side_of_code(text);"
