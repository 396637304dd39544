#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fake of what a desktop offers beside windows: the portals for notifications (version 2), background,
global shortcuts, inhibition and settings; logind; a media player. All on the session bus, each under its
real name. Prints READY when it has them.

Tests look and act at object /control, interface org.beckon.Test.Desktop of org.beckon.Test.Desktop:
  Do(METHOD, ARGUMENTS as JSON) -> the result as JSON; the methods are those of Person below.
"""
import json
import os

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

APPLICATION = "org.beckon.Beckon"
PORTAL = "org.freedesktop.portal.Desktop"
PORTAL_PATH = "/org/freedesktop/portal/desktop"
LOGIND, LOGIND_PATH = "org.freedesktop.login1", "/org/freedesktop/login1"
PLAYER, PLAYER_PATH = "org.mpris.MediaPlayer2.fake", "/org/mpris/MediaPlayer2"
CONTROL = "org.beckon.Test.Desktop"
GRANTED, REFUSED = 0, 1
STATES = {"running": 1, "asked": 2, "ending": 3}  # of the session

XML = """<node>
  <interface name="org.freedesktop.portal.Notification">
    <method name="AddNotification"><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/></method>
    <method name="RemoveNotification"><arg type="s" direction="in"/></method>
    <property name="version" type="u" access="read"/>
  </interface>
  <interface name="org.freedesktop.portal.Background">
    <method name="RequestBackground">
      <arg type="s" direction="in"/><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/>
    </method>
    <property name="version" type="u" access="read"/>
  </interface>
  <interface name="org.freedesktop.portal.GlobalShortcuts">
    <method name="CreateSession"><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/></method>
    <method name="BindShortcuts">
      <arg type="o" direction="in"/><arg type="a(sa{sv})" direction="in"/><arg type="s" direction="in"/>
      <arg type="a{sv}" direction="in"/><arg type="o" direction="out"/>
    </method>
    <signal name="Activated"><arg type="o"/><arg type="s"/><arg type="t"/><arg type="a{sv}"/></signal>
    <signal name="Deactivated"><arg type="o"/><arg type="s"/><arg type="t"/><arg type="a{sv}"/></signal>
    <property name="version" type="u" access="read"/>
  </interface>
  <interface name="org.freedesktop.portal.Inhibit">
    <method name="Inhibit">
      <arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="a{sv}" direction="in"/>
      <arg type="o" direction="out"/>
    </method>
    <method name="CreateMonitor">
      <arg type="s" direction="in"/><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/>
    </method>
    <method name="QueryEndResponse"><arg type="o" direction="in"/></method>
    <signal name="StateChanged"><arg type="o"/><arg type="a{sv}"/></signal>
    <property name="version" type="u" access="read"/>
  </interface>
  <interface name="org.freedesktop.portal.Settings">
    <method name="ReadAll"><arg type="as" direction="in"/><arg type="a{sa{sv}}" direction="out"/></method>
    <method name="Read">
      <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="v" direction="out"/>
    </method>
    <property name="version" type="u" access="read"/>
  </interface>
  <interface name="org.freedesktop.login1.Manager">
    <method name="Inhibit">
      <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
      <arg type="s" direction="in"/><arg type="h" direction="out"/>
    </method>
    <signal name="PrepareForSleep"><arg type="b"/></signal>
  </interface>
  <interface name="org.mpris.MediaPlayer2.Player">
    <method name="Play"/><method name="Pause"/>
    <property name="PlaybackStatus" type="s" access="read"/>
  </interface>
  <interface name="org.freedesktop.portal.Request"><method name="Close"/></interface>
  <interface name="org.freedesktop.portal.Session"><method name="Close"/></interface>
  <interface name="org.beckon.Test.Desktop">
    <method name="Do">
      <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="out"/>
    </method>
  </interface>
</node>"""
VERSIONS = {"Notification": 2, "Background": 2, "GlobalShortcuts": 1, "Inhibit": 3, "Settings": 1}


class Desktop:
    def __init__(self):
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        self.interfaces = {each.name: each for each in Gio.DBusNodeInfo.new_for_xml(XML).interfaces}
        self.notifications = {}  # by ID: GVariants
        self.background = []  # what was asked
        self.lets_start = True  # whether applications may start with the session
        self.inhibitions = {}  # flags by the path of the request
        self.registrations = {}
        self.requests = 0  # whose path we choose
        self.monitors = {}  # who is told when the person logs out, by the path of the session
        self.answers = set()  # of these sessions, since they were asked
        self.agreed = 0  # how often all of them have answered that the person may
        self.session = None  # of the shortcuts
        self.shortcuts = {}
        self.kept = set()  # shortcuts for which there is no key
        self.gives_keys = True
        self.locks = []  # our ends of the pipes that hold up the sleep
        self.status = "Stopped"
        self.plays = self.pauses = 0
        for name in self.interfaces:
            path = {LOGIND + ".Manager": LOGIND_PATH, "org.mpris.MediaPlayer2.Player": PLAYER_PATH,
                    CONTROL: "/control"}.get(name, PORTAL_PATH)
            if not name.endswith((".Request", ".Session")):
                self.export(name, path)

    def export(self, name, path):
        registration = self.bus.register_object(path, self.interfaces[name], self.call, self.get, None)
        self.registrations[path] = registration
        return path

    def get(self, _bus, _sender, _path, interface, name):
        if name == "PlaybackStatus":
            return GLib.Variant("s", self.status)
        return GLib.Variant("u", VERSIONS[interface.rsplit(".", 1)[1]])

    def call(self, _bus, sender, path, interface, method, parameters, invocation):
        if interface == CONTROL:
            name, arguments = parameters.unpack()
            result = getattr(Person(self), name)(*json.loads(arguments))
            invocation.return_value(GLib.Variant("(s)", (json.dumps(result),)))
            return
        prefix = "logind" if interface.startswith(LOGIND) else interface.rsplit(".", 1)[1]
        getattr(self, f"{prefix}_{method}")(sender, path, parameters, invocation)

    def path_for(self, kind, sender, token):
        if not token:  # GTK leaves the choice to the portal
            self.requests += 1
            token = f"t{self.requests}"
        return f"{PORTAL_PATH}/{kind}/{sender[1:].replace('.', '_')}/{token}"

    def respond(self, sender, options, invocation, code, results):
        path = self.path_for("request", sender, options.get("handle_token"))
        invocation.return_value(GLib.Variant("(o)", (path,)))
        self.bus.emit_signal(sender, path, "org.freedesktop.portal.Request", "Response",
                             GLib.Variant("(ua{sv})", (code, results)))

    # Portals

    def Notification_AddNotification(self, _sender, _path, parameters, invocation):
        self.notifications[parameters.get_child_value(0).get_string()] = parameters.get_child_value(1)
        invocation.return_value(None)

    def Notification_RemoveNotification(self, _sender, _path, parameters, invocation):
        self.notifications.pop(parameters.unpack()[0], None)
        invocation.return_value(None)

    def Background_RequestBackground(self, sender, _path, parameters, invocation):
        _window, options = parameters.unpack()
        self.background.append(options)
        starts = options["autostart"] and self.lets_start
        self.respond(sender, options, invocation, GRANTED if self.lets_start else REFUSED,
                     {"background": GLib.Variant("b", True), "autostart": GLib.Variant("b", starts)})

    def GlobalShortcuts_CreateSession(self, sender, _path, parameters, invocation):
        options, = parameters.unpack()
        self.session = self.path_for("session", sender, options["session_handle_token"])
        self.export("org.freedesktop.portal.Session", self.session)
        self.respond(sender, options, invocation, GRANTED,
                     {"session_handle": GLib.Variant("s", self.session)})

    def GlobalShortcuts_BindShortcuts(self, sender, _path, parameters, invocation):
        session, shortcuts, _window, options = parameters.unpack()
        assert session == self.session, (session, self.session)
        if not self.gives_keys:
            self.respond(sender, options, invocation, REFUSED, {})
            return
        self.shortcuts = dict(shortcuts)
        given = [(name, {}) for name in self.shortcuts if name not in self.kept]
        self.respond(sender, options, invocation, GRANTED,
                     {"shortcuts": GLib.Variant("a(sa{sv})", given)})

    def Session_Close(self, _sender, path, _parameters, invocation):
        self.bus.unregister_object(self.registrations.pop(path))
        if path == self.session:  # one that was refused may go when the next one has its keys
            self.session, self.shortcuts = None, {}
        invocation.return_value(None)

    def Inhibit_Inhibit(self, sender, _path, parameters, invocation):
        _window, flags, options = parameters.unpack()
        path = self.export("org.freedesktop.portal.Request",
                           self.path_for("request", sender, options.get("handle_token")))
        self.inhibitions[path] = flags
        invocation.return_value(GLib.Variant("(o)", (path,)))

    def Request_Close(self, _sender, path, _parameters, invocation):
        self.inhibitions.pop(path, None)
        self.bus.unregister_object(self.registrations.pop(path))
        invocation.return_value(None)

    def Inhibit_CreateMonitor(self, sender, _path, parameters, invocation):
        _window, options = parameters.unpack()
        path = self.path_for("session", sender, options.get("session_handle_token"))
        self.monitors[path] = sender  # newer releases of GTK have one, beside their application's own
        Gio.bus_watch_name_on_connection(self.bus, sender, Gio.BusNameWatcherFlags.NONE, None,
                                         lambda *_: self.monitors.pop(path, None))
        self.respond(sender, options, invocation, GRANTED, {"session_handle": GLib.Variant("s", path)})

    def Inhibit_QueryEndResponse(self, _sender, _path, parameters, invocation):
        self.answers.add(parameters.unpack()[0])
        if self.answers == set(self.monitors):
            self.agreed += 1
            self.answers.clear()
        invocation.return_value(None)

    def Settings_ReadAll(self, _sender, _path, _parameters, invocation):
        invocation.return_value(GLib.Variant("(a{sa{sv}})", ({},)))

    def Settings_Read(self, _sender, _path, _parameters, invocation):
        invocation.return_dbus_error("org.freedesktop.portal.Error.NotFound", "There is no such setting")

    # logind, and the player

    def logind_Inhibit(self, _sender, _path, _parameters, invocation):
        ours, theirs = os.pipe()
        self.locks.append(ours)
        GLib.unix_fd_add_full(GLib.PRIORITY_DEFAULT, ours, GLib.IOCondition.HUP, self.let_go)
        files = Gio.UnixFDList()
        index = files.append(theirs)
        os.close(theirs)
        invocation.return_value_with_unix_fd_list(GLib.Variant("(h)", (index,)), files)

    def let_go(self, lock, _condition):
        self.locks.remove(lock)
        os.close(lock)
        return GLib.SOURCE_REMOVE

    def set_status(self, status):
        self.status = status
        self.bus.emit_signal(None, PLAYER_PATH, "org.freedesktop.DBus.Properties", "PropertiesChanged",
                             GLib.Variant("(sa{sv}as)", ("org.mpris.MediaPlayer2.Player",
                                                         {"PlaybackStatus": GLib.Variant("s", status)}, [])))

    def Player_Play(self, _sender, _path, _parameters, invocation):
        self.plays += 1
        self.set_status("Playing")
        invocation.return_value(None)

    def Player_Pause(self, _sender, _path, _parameters, invocation):
        self.pauses += 1
        self.set_status("Paused")
        invocation.return_value(None)


class Person:
    """What tests see and do."""

    def __init__(self, desktop):
        self.desktop = desktop

    def state(self):
        desktop = self.desktop
        return {"notifications": {name: value.unpack() for name, value in desktop.notifications.items()},
                "background": desktop.background, "inhibitions": list(desktop.inhibitions.values()),
                "shortcuts": desktop.shortcuts, "locks": len(desktop.locks), "player": desktop.status,
                "asks": len(desktop.background), "agreed": desktop.agreed,
                "plays": desktop.plays, "pauses": desktop.pauses}

    def press(self, label):
        """Presses that button of a notification, as desktops do: the application is started for it."""
        for name, notification in self.desktop.notifications.items():
            buttons = notification.lookup_value("buttons", None)
            for button in map(buttons.get_child_value, range(buttons.n_children())):
                if button.lookup_value("label", None).get_string() == label:
                    del self.desktop.notifications[name]
                    self._activate(button.lookup_value("action", None).get_string(),
                                   button.lookup_value("target", None))
                    return True
        return False

    def _activate(self, action, target):
        assert action.startswith("app."), action
        self.desktop.bus.call(
            APPLICATION, "/" + APPLICATION.replace(".", "/"), "org.freedesktop.Application",
            "ActivateAction",
            GLib.Variant("(sava{sv})", (action.removeprefix("app."), [target] if target else [], {})),
            None, Gio.DBusCallFlags.NONE, -1, None, None)

    def play(self):
        self.desktop.set_status("Playing")

    def sleep(self, begins):
        self.desktop.bus.emit_signal(None, LOGIND_PATH, LOGIND + ".Manager", "PrepareForSleep",
                                     GLib.Variant("(b)", (begins,)))

    def log_out(self, state):
        """How far the log-out is: it is asked about, called off ("running"), or done ("ending")."""
        state = {"screensaver-active": GLib.Variant("b", False), "session-state": GLib.Variant("u", STATES[state])}
        for path, sender in self.desktop.monitors.items():
            self.desktop.bus.emit_signal(sender, PORTAL_PATH, "org.freedesktop.portal.Inhibit", "StateChanged",
                                         GLib.Variant("(oa{sv})", (path, state)))

    def key(self, shortcut, down):
        self.desktop.bus.emit_signal(
            None, PORTAL_PATH, "org.freedesktop.portal.GlobalShortcuts",
            "Activated" if down else "Deactivated",
            GLib.Variant("(osta{sv})", (self.desktop.session, shortcut, 0, {})))

    def keep_key(self, shortcut):
        self.desktop.kept.add(shortcut)

    def give_keys(self, gives):
        self.desktop.gives_keys = gives

    def let_start(self, lets):
        self.desktop.lets_start = lets


def main():
    desktop = Desktop()
    loop = GLib.MainLoop()
    wanted = [PORTAL, LOGIND, PLAYER, CONTROL]

    def acquired(_bus, name):
        wanted.remove(name)
        if not wanted:
            print("READY", flush=True)

    for name in list(wanted):
        Gio.bus_own_name_on_connection(desktop.bus, name, Gio.BusNameOwnerFlags.NONE, acquired,
                                       lambda *_: loop.quit())
    loop.run()


if __name__ == "__main__":
    main()
