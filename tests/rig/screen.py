# SPDX-License-Identifier: GPL-3.0-or-later
"""What is on the screen of a rig: its X server keeps the picture in a file (rig.sh), so that a look at it costs next to
nothing."""
import os
import struct

COLUMNS, ROWS = 160, 100  # so many places are looked at
PIXEL = 4  # bytes: blue, green, red, nothing
NEAR = 28


def share_of(colour, places):
    """Which share of @places, (red, green, blue) each, COLUMNS times ROWS of them, has about this colour."""
    return sum(all(abs(have - want) <= NEAR for have, want in zip(place, colour))
               for place in places) / (COLUMNS * ROWS)


class Look:
    """The picture as it is now."""

    def __init__(self):
        with open(f"{os.environ['RIG_DIR']}/Xvfb_screen0", "rb") as file:  # as xwd has it
            data = file.read()
        header = struct.unpack_from(">20I", data)
        self.width, self.height, self._stride, colours = header[4], header[5], header[12], header[19]
        self.pixels = data[header[0] + 12 * colours:]

    def __eq__(self, other):
        return self.pixels == other.pixels

    def share_of(self, colour):
        """Which share of the screen has about this colour."""
        step = self.width // COLUMNS * PIXEL
        begins = (row * self.height // ROWS * self._stride for row in range(ROWS))
        lines = (self.pixels[begin:begin + self.width * PIXEL] for begin in begins)
        return share_of(colour, (place for line in lines for place in zip(line[2::step], line[1::step], line[::step])))
