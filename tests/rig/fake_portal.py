#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fake of the desktop's portal: org.freedesktop.portal.Desktop with nothing but ScreenCast and Camera.

fake_portal.py NODE: hands out the PipeWire node of that name, and prints READY when it has its name. What
the person does is said on standard input, a word a line, before it is asked:
  share           chooses something (what it does until it is told otherwise)
  cancel, refuse  closes the dialog, or lets the portal fail
  ask             leaves the dialog open
  forget          lets nobody share again what was shared before without being asked
  close           ends the sharing with the desktop's own button
Each thing that happened is a line on standard output: "asked", "shared TOKEN", "closed". Who shows the token
that was handed out last, "again-1", "again-2"…, is not asked.
"""
import json
import os
import socket
import subprocess
import sys

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

NAME = "org.freedesktop.portal.Desktop"
PATH = "/org/freedesktop/portal/desktop"
XML = """<node>
  <interface name="org.freedesktop.portal.ScreenCast">
    <method name="CreateSession"><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/></method>
    <method name="SelectSources">
      <arg type="o" direction="in"/><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/>
    </method>
    <method name="Start">
      <arg type="o" direction="in"/><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/>
      <arg type="o" direction="out"/>
    </method>
    <method name="OpenPipeWireRemote">
      <arg type="o" direction="in"/><arg type="a{sv}" direction="in"/><arg type="h" direction="out"/>
    </method>
    <property name="AvailableSourceTypes" type="u" access="read"/>
    <property name="AvailableCursorModes" type="u" access="read"/>
    <property name="version" type="u" access="read"/>
  </interface>
  <interface name="org.freedesktop.portal.Camera">
    <method name="AccessCamera"><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/></method>
    <method name="OpenPipeWireRemote">
      <arg type="a{sv}" direction="in"/><arg type="h" direction="out"/>
    </method>
    <property name="IsCameraPresent" type="b" access="read"/>
    <property name="version" type="u" access="read"/>
  </interface>
  <interface name="org.freedesktop.portal.Session">
    <method name="Close"/>
    <signal name="Closed"><arg type="a{sv}"/></signal>
  </interface>
  <interface name="org.freedesktop.portal.Request"><method name="Close"/></interface>
</node>"""
SHARED, CANCELLED, FAILED = 0, 1, 2
CODES = {"share": SHARED, "cancel": CANCELLED, "refuse": FAILED, "ask": None}
PROPERTIES = {"AvailableSourceTypes": 3, "AvailableCursorModes": 7, "version": 4}


def say(*words):
    print(*words, flush=True)


def find_node(name):
    for thing in json.loads(subprocess.check_output(["pw-dump"])):
        if thing["type"].endswith(":Node") and thing["info"]["props"].get("node.name") == name:
            return thing["id"]
    raise SystemExit(f"fake_portal.py: there is no node {name}")


class Portal:
    def __init__(self, node):
        self.node = node
        self.mood = "share"
        self.session = None  # path and the id of its registration
        self.shown = None  # what the application shows to share the same again
        self.lasts = False  # it wants to share it again later
        self.token, self.tokens = None, 0  # what it has to show for that, and how many there were
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        screen_cast, camera, self.session_type, self.request = Gio.DBusNodeInfo.new_for_xml(XML).interfaces
        self.bus.register_object(PATH, screen_cast, self.call, self.get, None)
        self.bus.register_object(PATH, camera, self.call, self.get, None)

    def get(self, _bus, _sender, _path, _interface, name):
        return GLib.Variant("b", True) if name == "IsCameraPresent" else GLib.Variant("u", PROPERTIES[name])

    def call(self, _bus, sender, path, interface, method, parameters, invocation):
        arguments = parameters.unpack()
        options = arguments[-1] if arguments else {}
        try:
            getattr(self, method)(sender, path, interface, options, invocation)
        except SystemExit as error:
            say(error)
            raise

    def answer(self, sender, options, invocation, code=SHARED, results=None):
        """The request's path at once, its response later; no response while the dialog is open."""
        path = f"{PATH}/request/{sender[1:].replace('.', '_')}/{options['handle_token']}"
        invocation.return_value(GLib.Variant("(o)", (path,)))
        if code is not None:
            GLib.idle_add(lambda: self.bus.emit_signal(
                sender, path, "org.freedesktop.portal.Request", "Response",
                GLib.Variant("(ua{sv})", (code, results or {}))) and False)
        else:
            self.bus.register_object(path, self.request, self.call, None, None)

    # org.freedesktop.portal.ScreenCast

    def CreateSession(self, sender, _path, _interface, options, invocation):
        path = f"{PATH}/session/{sender[1:].replace('.', '_')}/{options['session_handle_token']}"
        self.session = sender, path, self.bus.register_object(path, self.session_type, self.call, None, None)
        self.answer(sender, options, invocation, results={"session_handle": GLib.Variant("s", path)})

    def SelectSources(self, sender, _path, _interface, options, invocation):
        self.shown, self.lasts = options.get("restore_token"), bool(options.get("persist_mode"))
        # A cursor in the picture, one thing at a time.
        assert options["cursor_mode"] == 2 and not options.get("multiple"), options
        self.answer(sender, options, invocation)

    def Start(self, sender, _path, _interface, options, invocation):
        known = self.shown is not None and self.shown == self.token
        if not known:
            say("asked")
        if known or self.mood == "share":
            stream = (find_node(self.node), {"source_type": GLib.Variant("u", 1)})
            results = {"streams": GLib.Variant("a(ua{sv})", [stream])}
            if self.lasts:  # each is good for once
                self.tokens += 1
                self.token = f"again-{self.tokens}"
                results["restore_token"] = GLib.Variant("s", self.token)
            say("shared", self.shown)
            self.answer(sender, options, invocation, SHARED, results)
        else:
            self.answer(sender, options, invocation, CODES[self.mood])

    # org.freedesktop.portal.Camera

    def AccessCamera(self, sender, _path, _interface, options, invocation):
        say("asked")
        self.answer(sender, options, invocation, CODES[self.mood])

    def OpenPipeWireRemote(self, _sender, _path, _interface, _options, invocation):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(os.environ["XDG_RUNTIME_DIR"] + "/pipewire-0")
        files = Gio.UnixFDList()
        index = files.append(connection.fileno())
        connection.close()
        invocation.return_value_with_unix_fd_list(GLib.Variant("(h)", (index,)), files)

    # org.freedesktop.portal.Session and Request

    def Close(self, _sender, _path, interface, _options, invocation):
        if interface.endswith("Session"):
            self.end()
        invocation.return_value(None)

    def end(self):
        if self.session is None:
            return None
        sender, path, registration = self.session
        self.bus.unregister_object(registration)
        self.session = None
        say("closed")
        return sender, path

    # The person

    def do(self, word):
        if word == "forget":
            self.token = None
            return
        if word != "close":
            self.mood = word
            return
        sender, path = self.end()
        self.bus.emit_signal(sender, path, "org.freedesktop.portal.Session", "Closed",
                             GLib.Variant("(a{sv})", ({},)))


def main():
    portal = Portal(sys.argv[1])
    loop = GLib.MainLoop()

    def read(channel, _condition):
        line = channel.readline()
        if not line:
            loop.quit()
            return False
        portal.do(line.strip())
        return True

    GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, read)
    Gio.bus_own_name_on_connection(portal.bus, NAME, Gio.BusNameOwnerFlags.NONE,
                                   lambda *_: say("READY"), lambda *_: loop.quit())
    loop.run()


main()
