# SPDX-License-Identifier: GPL-3.0-or-later
"""How like the pictures of a clip are those that came of it, as clip-psnr.c measures it at our end."""
import math

FRAME_HEADER = len(b"FRAME\n")
MOST_DB = 60


class Reference:
    """The clip in @path, a .y4m file of so many pixels."""

    def __init__(self, path, width, height):
        self.path, self.size = path, width * height
        self._frame = FRAME_HEADER + self.size * 3 // 2

    def psnr(self, number, luma):
        """The ratio of peak and noise in dB, None: the clip has no such picture."""
        with open(self.path, "rb") as file:
            first = len(file.readline())
            file.seek(first + number * self._frame + FRAME_HEADER)
            wanted = file.read(self.size)
        if number < 0 or len(wanted) != self.size:
            return None
        squares = sum((a - b) ** 2 for a, b in zip(wanted, luma)) / self.size
        return min(10 * math.log10(255 ** 2 / squares), MOST_DB) if squares else MOST_DB
