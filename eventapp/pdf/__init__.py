"""A kit for PDFs on ReportLab that knows no feature: fonts, fitting, QR codes, sheets, letterheads.

Lengths are millimetres and places are measured from the top left until they meet ReportLab; sizes
of type are points. The same input gives the same bytes.
"""

from reportlab import rl_config

# Four bytes as five characters of ASCII: a quarter of the time and a quarter more bytes, for
# mail gateways that no longer exist.
rl_config.useA85 = 0

MM = 72 / 25.4
"""Points in a millimetre."""
