#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""An agent (tests/rig/agent.py) on whose desktop the application runs in its Flatpak, beside the portals it
needs. The application is known by its id alone, because a session bus that activates it tells no process."""
import os
import shutil
import subprocess

import agent
import ui

APPLICATION = "org.beckon.Beckon"
LIBEXEC = "/usr/libexec"
GNOME = "org.freedesktop.impl.portal.desktop.gnome"
PORTALS = "/usr/share/xdg-desktop-portal/portals"


def _is_proxied(pid):
    """What is in a sandbox speaks to the accessibility bus through Flatpak's proxy."""
    try:
        with open(f"/proc/{pid}/comm", encoding="utf-8") as comm:
            return comm.read().strip() == "xdg-dbus-proxy"
    except FileNotFoundError:
        return False


class Sandboxed:
    """Stands where an agent has the process of its application."""

    pid = staticmethod(_is_proxied)
    returncode = "no instance"

    @staticmethod
    def poll():
        listed = subprocess.run(["flatpak", "ps", "--columns=application"], capture_output=True, text=True,
                                check=True).stdout
        return None if APPLICATION in listed.split() else Sandboxed.returncode


class SandboxAgent(agent.Agent):
    def __init__(self):
        super().__init__()
        self.app = Sandboxed()
        self.log = os.path.join(os.environ["RIG_DIR"], "log", "app")
        self.beside = []  # what runs on the desktop, too

    def open_portals(self):
        """The real ones: notifications by way of the daemon of the rig, secrets by GNOME's keyring, the start at
        log-in by GNOME."""
        chosen = os.path.join(os.environ["RIG_DIR"], "portals")
        os.mkdir(chosen)
        for name in ("gtk", "gnome-keyring"):
            shutil.copy(f"{PORTALS}/{name}.portal", chosen)
        with open(f"{chosen}/gnome.portal", "w", encoding="utf-8") as portal:
            portal.write(f"[portal]\nDBusName={GNOME}\nInterfaces=org.freedesktop.impl.portal.Background;\n"
                         "UseIn=gnome\n")
        environment = {**os.environ, "XDG_DESKTOP_PORTAL_DIR": chosen, "XDG_CURRENT_DESKTOP": "GNOME"}
        subprocess.run(["gnome-keyring-daemon", "--unlock", "--components=secrets"], input="\n", text=True,
                       stdout=subprocess.DEVNULL, check=True)
        for program, name in ((f"{LIBEXEC}/xdg-desktop-portal-gtk", "org.freedesktop.impl.portal.desktop.gtk"),
                              (f"{LIBEXEC}/xdg-desktop-portal-gnome", GNOME),
                              (f"{LIBEXEC}/xdg-desktop-portal", "org.freedesktop.portal.Desktop")):
            with open(self.log, "ab") as log:
                self.beside.append(subprocess.Popen([program], env=environment, stdin=subprocess.DEVNULL,
                                                     stdout=log, stderr=log))
            subprocess.run(["gdbus", "wait", "--session", "--timeout", "20", name], check=True)

    def plug_in_microphone(self):
        """One that hears what is played on the speaker beside it: silence."""
        self.beside.append(subprocess.Popen(
            ["pw-loopback", "--capture-props", "media.class=Audio/Sink node.name=test-speaker",
             "--playback-props", "media.class=Audio/Source node.name=test-microphone"]))

    def start(self, *options):
        """Starts the application as a launcher does."""
        with open(self.log, "ab") as log:
            subprocess.Popen(["flatpak", "run", APPLICATION, *options], stdin=subprocess.DEVNULL, stdout=log,
                             stderr=log)

    def _root(self):
        """Nothing while it is about to start: whoever waits for something of it waits for that, too."""
        return self.desktop.application(_is_proxied)

    def kill(self):
        """Ends it as it is, and waits until nothing of it is left."""
        subprocess.run(["flatpak", "kill", APPLICATION], check=True)
        ui.wait(lambda: not self.running(), 20, "the end of the sandbox")

    def home(self):
        return os.environ["HOME"]

    def bus_log(self):
        """What those said that the session bus started."""
        with open(os.path.join(os.environ["RIG_DIR"], "log", "dbus"), encoding="utf-8", errors="replace") as log:
            return log.read()

    def inside(self, command, timeout=60):
        """What a shell command in the application's sandbox prints."""
        return subprocess.run(["flatpak", "run", "--command=sh", APPLICATION, "-c", command],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout,
                              check=False).stdout


if __name__ == "__main__":
    agent.main(SandboxAgent())
