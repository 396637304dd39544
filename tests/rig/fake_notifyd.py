#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A notification daemon without a screen: org.freedesktop.Notifications on the session bus.

Prints READY when it has the name. Tests look and press at object /control, interface
org.beckon.Test.Notifications of the same name:
  List() -> s            JSON: what is shown now
  Press(s, s) -> b       the button with that label on the notification with that title
  Click(s) -> b          the notification itself
"""
import json

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

NAME = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"
XML = """<node>
  <interface name="org.freedesktop.Notifications">
    <method name="GetCapabilities"><arg direction="out" type="as"/></method>
    <method name="GetServerInformation">
      <arg direction="out" type="s"/><arg direction="out" type="s"/>
      <arg direction="out" type="s"/><arg direction="out" type="s"/>
    </method>
    <method name="Notify">
      <arg direction="in" type="s"/><arg direction="in" type="u"/><arg direction="in" type="s"/>
      <arg direction="in" type="s"/><arg direction="in" type="s"/><arg direction="in" type="as"/>
      <arg direction="in" type="a{sv}"/><arg direction="in" type="i"/><arg direction="out" type="u"/>
    </method>
    <method name="CloseNotification"><arg direction="in" type="u"/></method>
    <signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
    <signal name="NotificationClosed"><arg type="u"/><arg type="u"/></signal>
  </interface>
  <interface name="org.beckon.Test.Notifications">
    <method name="List"><arg direction="out" type="s"/></method>
    <method name="Press">
      <arg direction="in" type="s"/><arg direction="in" type="s"/><arg direction="out" type="b"/>
    </method>
    <method name="Click"><arg direction="in" type="s"/><arg direction="out" type="b"/></method>
  </interface>
</node>"""
CLOSED_BY_PERSON, CLOSED_BY_CALL = 2, 3


class Daemon:
    def __init__(self):
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        self.shown = {}
        self.last = 0
        for path, interface in zip((PATH, "/control"), Gio.DBusNodeInfo.new_for_xml(XML).interfaces):
            self.bus.register_object(path, interface, self.call, None, None)

    def emit(self, signal, signature, *arguments):
        self.bus.emit_signal(None, PATH, NAME, signal, GLib.Variant(signature, arguments))

    def call(self, _bus, _sender, _path, _interface, method, parameters, invocation):
        invocation.return_value(getattr(self, method)(*parameters.unpack()))

    def GetCapabilities(self):
        return GLib.Variant("(as)", (["actions", "body", "persistence"],))

    def GetServerInformation(self):
        return GLib.Variant("(ssss)", ("fake", "Beckon", "1", "1.2"))

    def Notify(self, _app, replaces, _icon, title, body, actions, hints, _timeout):
        if not replaces:
            self.last += 1
        number = replaces or self.last
        self.shown[number] = {
            "title": title, "body": body, "urgency": hints.get("urgency"),
            "category": hints.get("category"), "desktop-entry": hints.get("desktop-entry"),
            "buttons": {label: action for action, label in zip(actions[::2], actions[1::2])},
        }
        return GLib.Variant("(u)", (number,))

    def CloseNotification(self, number):
        if self.shown.pop(number, None):
            self.emit("NotificationClosed", "(uu)", number, CLOSED_BY_CALL)

    def List(self):
        return GLib.Variant("(s)", (json.dumps(list(self.shown.values())),))

    def invoke(self, title, choose):
        for number, notification in self.shown.items():
            action = choose(notification) if notification["title"] == title else None
            if action is not None:
                self.emit("ActionInvoked", "(us)", number, action)
                self.emit("NotificationClosed", "(uu)", number, CLOSED_BY_PERSON)
                del self.shown[number]
                return GLib.Variant("(b)", (True,))
        return GLib.Variant("(b)", (False,))

    def Press(self, title, label):
        return self.invoke(title, lambda notification: notification["buttons"].get(label))

    def Click(self, title):
        return self.invoke(title, lambda notification:
                           "default" if "default" in notification["buttons"].values() else None)


def main():
    loop = GLib.MainLoop()
    daemon = Daemon()
    Gio.bus_own_name_on_connection(daemon.bus, NAME, Gio.BusNameOwnerFlags.NONE,
                                   lambda *_: print("READY", flush=True), lambda *_: loop.quit())
    loop.run()


if __name__ == "__main__":
    main()
