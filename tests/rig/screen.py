# SPDX-License-Identifier: GPL-3.0-or-later
"""What is on the X server's screen, and when something is painted there."""
import ctypes
import time

Z_PIXMAP, ALL_PLANES = 2, ctypes.c_ulong(-1)
# A window is painted when so many rows of the screen are not as they were, with so many colours.
ROWS, COLOURS = 100, 8


class _Image(ctypes.Structure):
    """The beginning of an XImage."""
    _fields_ = [("width", ctypes.c_int), ("height", ctypes.c_int), ("xoffset", ctypes.c_int),
                ("format", ctypes.c_int), ("data", ctypes.c_void_p), ("byte_order", ctypes.c_int),
                ("bitmap_unit", ctypes.c_int), ("bitmap_bit_order", ctypes.c_int),
                ("bitmap_pad", ctypes.c_int), ("depth", ctypes.c_int), ("bytes_per_line", ctypes.c_int)]


class Screen:
    def __init__(self):
        self._x = ctypes.CDLL("libX11.so.6")
        for name, result in (("XOpenDisplay", ctypes.c_void_p), ("XGetImage", ctypes.POINTER(_Image))):
            getattr(self._x, name).restype = result
        self._display = ctypes.c_void_p(self._x.XOpenDisplay(None))
        self._root = ctypes.c_ulong(self._x.XDefaultRootWindow(self._display))
        self._size = (self._x.XDisplayWidth(self._display, 0), self._x.XDisplayHeight(self._display, 0))
        self._before = self._rows()

    def _rows(self):
        image = self._x.XGetImage(self._display, self._root, 0, 0, *self._size, ALL_PLANES, Z_PIXMAP)
        stride = image.contents.bytes_per_line
        pixels = ctypes.string_at(image.contents.data, stride * image.contents.height)
        self._x.XFree(ctypes.c_void_p(image.contents.data))
        self._x.XFree(image)
        return [pixels[start:start + stride] for start in range(0, len(pixels), stride)]

    def until_painted(self, timeout=30):
        """Waits for a window that was not there when this was made; returns the monotonic time."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            rows = self._rows()
            now = time.monotonic()
            changed = [row for row, before in zip(rows, self._before) if row != before]
            if len(changed) >= ROWS and len(set(memoryview(b"".join(changed)).cast("I")[::31])) >= COLOURS:
                return now
            time.sleep(0.002)
        raise AssertionError(f"nothing was painted within {timeout} s")
