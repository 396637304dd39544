/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "frames.h"

const FrameSample frame_samples[] = {
  { "request.hello", TRUE, BECKON_MESSAGE_NONE,
    "{'id':1,'type':'hello','token':'t','device':{'id':'d','name':'n'}}" },
  { "request.hello", FALSE, BECKON_MESSAGE_NONE,
    "{'id':7,'ack':12,'type':'hello','token':'c2VjcmV0','device':{'id':'Dev-1.a_B',"
    "'name':'Laptop','agent':'Beckon 0.1'},'resume':{'session':'s-1','seq':0}}" },
  { "request.ping", TRUE, BECKON_MESSAGE_NONE,
    "{'id':1,'type':'ping'}" },
  { "request.ping", FALSE, BECKON_MESSAGE_NONE,
    "{'id':7,'ack':12,'type':'ping'}" },
  { "request.bye", TRUE, BECKON_MESSAGE_NONE,
    "{'id':1,'type':'bye'}" },
  { "request.bye", FALSE, BECKON_MESSAGE_NONE,
    "{'id':7,'ack':12,'type':'bye'}" },
  { "request.ice.servers", TRUE, BECKON_MESSAGE_NONE,
    "{'id':1,'type':'ice.servers'}" },
  { "request.ice.servers", FALSE, BECKON_MESSAGE_NONE,
    "{'id':7,'ack':12,'type':'ice.servers'}" },
  { "request.call.invite", TRUE, BECKON_MESSAGE_NONE,
    "{'id':1,'type':'call.invite','invitees':['bob'],'media':'voice'}" },
  { "request.call.invite", FALSE, BECKON_MESSAGE_NONE,
    "{'id':7,'ack':12,'type':'call.invite','invitees':['bob','carol.b-c_d'],'media':'video',"
    "'timeout':600,'data':'{\\\"room\\\":\\\"Küche\\\"}'}" },
  { "request.call.cancel", TRUE, BECKON_MESSAGE_NONE,
    "{'id':1,'type':'call.cancel','call':'c0ffee'}" },
  { "request.call.cancel", FALSE, BECKON_MESSAGE_NONE,
    "{'id':7,'ack':12,'type':'call.cancel','call':'c0ffee','invitees':['bob'],"
    "'data':'{\\\"room\\\":\\\"Küche\\\"}'}" },
  { "request.call.accept", TRUE, BECKON_MESSAGE_NONE,
    "{'id':1,'type':'call.accept','call':'c0ffee'}" },
  { "request.call.accept", FALSE, BECKON_MESSAGE_NONE,
    "{'id':7,'ack':12,'type':'call.accept','call':'c0ffee','data':'{\\\"room\\\":\\\"Küche\\\"}'}" },
  { "request.call.reject", TRUE, BECKON_MESSAGE_NONE,
    "{'id':1,'type':'call.reject','call':'c0ffee','reason':'declined'}" },
  { "request.call.reject", FALSE, BECKON_MESSAGE_NONE,
    "{'id':7,'ack':12,'type':'call.reject','call':'c0ffee','reason':'busy',"
    "'data':'{\\\"room\\\":\\\"Küche\\\"}'}" },
  { "request.call.leave", TRUE, BECKON_MESSAGE_NONE,
    "{'id':1,'type':'call.leave','call':'c0ffee','reason':'hung-up'}" },
  { "request.call.leave", FALSE, BECKON_MESSAGE_NONE,
    "{'id':7,'ack':12,'type':'call.leave','call':'c0ffee','reason':'media-failed'}" },
  { "request.call.end", TRUE, BECKON_MESSAGE_NONE,
    "{'id':1,'type':'call.end','call':'c0ffee'}" },
  { "request.call.end", FALSE, BECKON_MESSAGE_NONE,
    "{'id':7,'ack':12,'type':'call.end','call':'c0ffee'}" },
  { "request.signal.send", TRUE, BECKON_MESSAGE_NONE,
    "{'id':1,'type':'signal.send','call':'c0ffee','to':{'user':'bob'},'payload':{}}" },
  { "request.signal.send", FALSE, BECKON_MESSAGE_NONE,
    "{'id':7,'ack':12,'type':'signal.send','call':'c0ffee','to':{'user':'bob','device':'d2'},"
    "'payload':{'kind':'x','list':[1,-2,{'deep':[null,true,false]}],'text':'\\\\ \\u0001 ä'}}" },
  { "request.presence.watch", TRUE, BECKON_MESSAGE_NONE,
    "{'id':1,'type':'presence.watch','users':[]}" },
  { "request.presence.watch", FALSE, BECKON_MESSAGE_NONE,
    "{'id':7,'ack':12,'type':'presence.watch','users':['alice','bob']}" },
  { "request.presence.set", TRUE, BECKON_MESSAGE_NONE,
    "{'id':1,'type':'presence.set','state':'online'}" },
  { "request.presence.set", FALSE, BECKON_MESSAGE_NONE,
    "{'id':7,'ack':12,'type':'presence.set','state':'dnd'}" },
  { "request.contacts.list", TRUE, BECKON_MESSAGE_NONE,
    "{'id':1,'type':'contacts.list'}" },
  { "request.contacts.list", FALSE, BECKON_MESSAGE_NONE,
    "{'id':7,'ack':12,'type':'contacts.list'}" },
  { "request.contacts.add", TRUE, BECKON_MESSAGE_NONE,
    "{'id':1,'type':'contacts.add','user':'bob'}" },
  { "request.contacts.add", FALSE, BECKON_MESSAGE_NONE,
    "{'id':7,'ack':12,'type':'contacts.add','user':'bob'}" },
  { "request.contacts.remove", TRUE, BECKON_MESSAGE_NONE,
    "{'id':1,'type':'contacts.remove','user':'bob'}" },
  { "request.contacts.remove", FALSE, BECKON_MESSAGE_NONE,
    "{'id':7,'ack':12,'type':'contacts.remove','user':'bob'}" },
  { "request.history.list", TRUE, BECKON_MESSAGE_NONE,
    "{'id':1,'type':'history.list','limit':1}" },
  { "request.history.list", FALSE, BECKON_MESSAGE_NONE,
    "{'id':7,'ack':12,'type':'history.list','limit':100,'before':1700000000000}" },
  { "request.profile.set", TRUE, BECKON_MESSAGE_NONE,
    "{'id':1,'type':'profile.set','name':'A'}" },
  { "request.profile.set", FALSE, BECKON_MESSAGE_NONE,
    "{'id':7,'ack':12,'type':'profile.set','name':'Älice'}" },
  { "ack", TRUE, BECKON_MESSAGE_NONE,
    "{'ack':12}" },
  { "reply.hello", TRUE, BECKON_HELLO,
    "{'re':1,'ok':true,'session':'s','resumed':false,'user':{'id':'alice','name':'Alice "
    "Árnadóttir'},'server':{'name':'','version':'','features':[]},'limits':{},'ice_servers':[],"
    "'calls':[]}" },
  { "reply.hello", FALSE, BECKON_HELLO,
    "{'re':9007199254740992,'ok':true,'session':'s-1','resumed':true,'user':{'id':'alice',"
    "'name':'Alice Árnadóttir'},'server':{'name':'Beckon','version':'0.1.0','features':['x']},"
    "'limits':{'frame':65536},'ice_servers':[{'urls':['stun:192.0.2.1:3478','turn:192.0.2.1'],"
    "'username':'1700000000:alice','credential':'c2lnbmVk'}],'calls':[{'call':'c0ffee',"
    "'state':'accepted','media':'video','members':[{'id':'alice','name':'Alice Árnadóttir'},"
    "{'id':'bob','name':'Bob 🙂'}]}]}" },
  { "reply.ping", TRUE, BECKON_PING,
    "{'re':1,'ok':true}" },
  { "reply.bye", TRUE, BECKON_BYE,
    "{'re':1,'ok':true}" },
  { "reply.ice.servers", TRUE, BECKON_ICE_SERVERS,
    "{'re':1,'ok':true,'ice_servers':[]}" },
  { "reply.ice.servers", FALSE, BECKON_ICE_SERVERS,
    "{'re':9007199254740992,'ok':true,'ice_servers':[{'urls':['stun:192.0.2.1:3478',"
    "'turn:192.0.2.1'],'username':'1700000000:alice','credential':'c2lnbmVk'}]}" },
  { "reply.call.invite", TRUE, BECKON_CALL_INVITE,
    "{'re':1,'ok':true,'call':'c0ffee','timeout':90,'failed':[]}" },
  { "reply.call.invite", FALSE, BECKON_CALL_INVITE,
    "{'re':9007199254740992,'ok':true,'call':'c0ffee','timeout':90,'failed':[{'user':'eve',"
    "'code':'unknown-user'}],'members':[{'id':'bob','name':'Bob 🙂'}],'merged':true}" },
  { "reply.call.cancel", TRUE, BECKON_CALL_CANCEL,
    "{'re':1,'ok':true,'failed':[]}" },
  { "reply.call.cancel", FALSE, BECKON_CALL_CANCEL,
    "{'re':9007199254740992,'ok':true,'failed':[{'user':'eve','code':'unknown-user'}]}" },
  { "reply.call.accept", TRUE, BECKON_CALL_ACCEPT,
    "{'re':1,'ok':true,'members':[]}" },
  { "reply.call.accept", FALSE, BECKON_CALL_ACCEPT,
    "{'re':9007199254740992,'ok':true,'members':[{'id':'alice','name':'Alice Árnadóttir'},"
    "{'id':'bob','name':'Bob 🙂'}]}" },
  { "reply.call.reject", TRUE, BECKON_CALL_REJECT,
    "{'re':1,'ok':true}" },
  { "reply.call.leave", TRUE, BECKON_CALL_LEAVE,
    "{'re':1,'ok':true}" },
  { "reply.call.leave", FALSE, BECKON_CALL_LEAVE,
    "{'re':9007199254740992,'ok':true,'duration':61000}" },
  { "reply.call.end", TRUE, BECKON_CALL_END,
    "{'re':1,'ok':true}" },
  { "reply.call.end", FALSE, BECKON_CALL_END,
    "{'re':9007199254740992,'ok':true,'duration':0}" },
  { "reply.signal.send", TRUE, BECKON_SIGNAL_SEND,
    "{'re':1,'ok':true}" },
  { "reply.presence.watch", TRUE, BECKON_PRESENCE_WATCH,
    "{'re':1,'ok':true}" },
  { "reply.presence.set", TRUE, BECKON_PRESENCE_SET,
    "{'re':1,'ok':true}" },
  { "reply.contacts.list", TRUE, BECKON_CONTACTS_LIST,
    "{'re':1,'ok':true,'contacts':[]}" },
  { "reply.contacts.list", FALSE, BECKON_CONTACTS_LIST,
    "{'re':9007199254740992,'ok':true,'contacts':[{'id':'bob','name':'Bob','presence':'in-call'}]}" },
  { "reply.contacts.add", TRUE, BECKON_CONTACTS_ADD,
    "{'re':1,'ok':true}" },
  { "reply.contacts.remove", TRUE, BECKON_CONTACTS_REMOVE,
    "{'re':1,'ok':true}" },
  { "reply.history.list", TRUE, BECKON_HISTORY_LIST,
    "{'re':1,'ok':true,'calls':[]}" },
  { "reply.history.list", FALSE, BECKON_HISTORY_LIST,
    "{'re':9007199254740992,'ok':true,'calls':[{'call':'c0ffee','direction':'incoming',"
    "'media':'voice','members':[{'id':'bob','name':'Bob 🙂'}],'outcome':'missed',"
    "'started':1700000000000,'duration_ms':0}]}" },
  { "reply.profile.set", TRUE, BECKON_PROFILE_SET,
    "{'re':1,'ok':true}" },
  { "event.session.closing", TRUE, BECKON_MESSAGE_NONE,
    "{'seq':1,'type':'session.closing','reason':''}" },
  { "event.session.closing", FALSE, BECKON_MESSAGE_NONE,
    "{'seq':9007199254740992,'type':'session.closing','reason':'restart','reconnect_after':5}" },
  { "event.call.received", TRUE, BECKON_MESSAGE_NONE,
    "{'seq':1,'type':'call.received','call':'c0ffee','from':{'id':'alice','name':'Alice "
    "Árnadóttir'},'members':[{'id':'alice','name':'Alice Árnadóttir'},{'id':'bob','name':'Bob "
    "🙂'}],'media':'video','timeout':90,'remaining_ms':89990}" },
  { "event.call.received", FALSE, BECKON_MESSAGE_NONE,
    "{'seq':9007199254740992,'type':'call.received','call':'c0ffee','from':{'id':'alice',"
    "'name':'Alice Árnadóttir'},'members':[{'id':'alice','name':'Alice Árnadóttir'},{'id':'bob',"
    "'name':'Bob 🙂'}],'media':'video','timeout':90,'remaining_ms':89990,"
    "'data':'{\\\"room\\\":\\\"Küche\\\"}'}" },
  { "event.call.ringing", TRUE, BECKON_MESSAGE_NONE,
    "{'seq':1,'type':'call.ringing','call':'c0ffee','user':'bob'}" },
  { "event.call.offline", TRUE, BECKON_MESSAGE_NONE,
    "{'seq':1,'type':'call.offline','call':'c0ffee','user':'bob'}" },
  { "event.call.accepted", TRUE, BECKON_MESSAGE_NONE,
    "{'seq':1,'type':'call.accepted','call':'c0ffee','user':'bob','device':'d2'}" },
  { "event.call.accepted", FALSE, BECKON_MESSAGE_NONE,
    "{'seq':9007199254740992,'type':'call.accepted','call':'c0ffee','user':'bob','device':'d2',"
    "'data':'{\\\"room\\\":\\\"Küche\\\"}'}" },
  { "event.call.rejected", TRUE, BECKON_MESSAGE_NONE,
    "{'seq':1,'type':'call.rejected','call':'c0ffee','user':'bob','reason':'busy'}" },
  { "event.call.rejected", FALSE, BECKON_MESSAGE_NONE,
    "{'seq':9007199254740992,'type':'call.rejected','call':'c0ffee','user':'bob',"
    "'reason':'unavailable','device':'d2','data':'{\\\"room\\\":\\\"Küche\\\"}'}" },
  { "event.call.answered-elsewhere", TRUE, BECKON_MESSAGE_NONE,
    "{'seq':1,'type':'call.answered-elsewhere','call':'c0ffee','outcome':'accepted',"
    "'device':'Phone'}" },
  { "event.call.cancelled", TRUE, BECKON_MESSAGE_NONE,
    "{'seq':1,'type':'call.cancelled','call':'c0ffee','by':'alice'}" },
  { "event.call.cancelled", FALSE, BECKON_MESSAGE_NONE,
    "{'seq':9007199254740992,'type':'call.cancelled','call':'c0ffee','by':'alice',"
    "'data':'{\\\"room\\\":\\\"Küche\\\"}'}" },
  { "event.call.timeout", TRUE, BECKON_MESSAGE_NONE,
    "{'seq':1,'type':'call.timeout','call':'c0ffee'}" },
  { "event.call.unanswered", TRUE, BECKON_MESSAGE_NONE,
    "{'seq':1,'type':'call.unanswered','call':'c0ffee','users':['bob','carol']}" },
  { "event.call.left", TRUE, BECKON_MESSAGE_NONE,
    "{'seq':1,'type':'call.left','call':'c0ffee','user':'bob','reason':'lost'}" },
  { "event.call.ended", TRUE, BECKON_MESSAGE_NONE,
    "{'seq':1,'type':'call.ended','call':'c0ffee','reason':'hung-up','duration_ms':61234}" },
  { "event.signal.received", TRUE, BECKON_MESSAGE_NONE,
    "{'seq':1,'type':'signal.received','call':'c0ffee','from':{'user':'alice'},'payload':{}}" },
  { "event.signal.received", FALSE, BECKON_MESSAGE_NONE,
    "{'seq':9007199254740992,'type':'signal.received','call':'c0ffee','from':{'user':'alice',"
    "'device':'d1'},'payload':{'kind':'x','list':[1,-2,{'deep':[null,true,false]}],'text':'\\\\ "
    "\\u0001 ä'}}" },
  { "event.presence.changed", TRUE, BECKON_MESSAGE_NONE,
    "{'seq':1,'type':'presence.changed','user':'bob','state':'offline'}" },
  { "event.contacts.changed", TRUE, BECKON_MESSAGE_NONE,
    "{'seq':1,'type':'contacts.changed'}" },
  { "event.history.changed", TRUE, BECKON_MESSAGE_NONE,
    "{'seq':1,'type':'history.changed'}" },
  { "reply.error", TRUE, BECKON_CALL_ACCEPT,
    "{'re':3,'ok':false,'error':{'code':'call-over','message':'The call is over'}}" },
  { "reply.error", FALSE, BECKON_CALL_INVITE,
    "{'re':3,'ok':false,'error':{'code':'rate-limited','message':'Too fast','retry_after':3,"
    "'outcome':'cancelled','device':'d2','failed':[{'user':'eve','code':'unknown-user'}]}}" },
};
const guint n_frame_samples = G_N_ELEMENTS (frame_samples);

#define CLIENT BECKON_PARTY_CLIENT, BECKON_MESSAGE_NONE
#define SERVER(asked) BECKON_PARTY_SERVER, BECKON_##asked
#define ERROR(name) BECKON_PROTOCOL_ERROR_##name

const FrameFault frame_faults[] = {
  { "nothing", CLIENT, ERROR (BAD_FRAME), 0,
    "" },
  { "white space alone", CLIENT, ERROR (BAD_FRAME), 0,
    " \n" },
  { "no JSON", CLIENT, ERROR (BAD_FRAME), 0,
    "hello" },
  { "half an object", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':1,'type':'ping'" },
  { "half a string", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':1,'type':'pin" },
  { "two objects", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':1,'type':'ping'}{}" },
  { "something behind it", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':1,'type':'ping'} x" },
  { "a comma too many", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':1,'type':'ping',}" },
  { "a comma too few", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':1 'type':'ping'}" },
  { "a comma first", CLIENT, ERROR (BAD_FRAME), 0,
    "{,'id':1}" },
  { "a bare name", CLIENT, ERROR (BAD_FRAME), 0,
    "{id:1,'type':'ping'}" },
  { "no colon", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id' 1}" },
  { "a colon in an array", CLIENT, ERROR (BAD_FRAME), 0,
    "['a':1]" },
  { "brackets crossed", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':[1}]" },
  { "a comment", CLIENT, ERROR (BAD_FRAME), 0,
    "/* ' */{'id':1,'type':'ping'}" },
  { "a line comment", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':1, // x\n'type':'ping'}" },
  { "a variable", CLIENT, ERROR (BAD_FRAME), 0,
    "var x = {'id':1,'type':'ping'}" },
  { "a hexadecimal number", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':0x1,'type':'ping'}" },
  { "an octal number", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':01,'type':'ping'}" },
  { "a plus sign", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':+1,'type':'ping'}" },
  { "a minus alone", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':-,'type':'ping'}" },
  { "a dollar number", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':$1,'type':'ping'}" },
  { "no such word", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':nil,'type':'ping'}" },
  { "an upper-case word", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':1,'type':'ping','x':TRUE}" },
  { "a line break in a string", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':1,'type':'pi\nng'}" },
  { "no such escape", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':1,'type':'pi\\qng'}" },
  { "a short escape", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':1,'type':'\\u12'}" },
  { "half a surrogate pair", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':1,'type':'ping','x':'\\ud800'}" },
  { "a pair the wrong way round", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':1,'type':'ping','x':'\\ude00\\ud83d'}" },
  { "a pair of one and a letter", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':1,'type':'ping','x':'\\ud83d\\u0041'}" },
  { "an escaped U+0000", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':1,'type':'ping\\u0000'}" },
  { "a byte order mark", CLIENT, ERROR (BAD_FRAME), 0,
    "\357\273\277{'id':1,'type':'ping'}" },
  { "no UTF-8", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':1,'type':'ping','x':'\377'}" },
  { "UTF-8 that is too long", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':1,'type':'ping','x':'\300\200'}" },
  { "a surrogate in UTF-8", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':1,'type':'ping','x':'\355\240\200'}" },
  { "a fraction", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':1.0,'type':'ping'}" },
  { "an exponent", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':1e0,'type':'ping'}" },
  { "a fraction in a payload", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':1,'type':'signal.send','call':'c','to':{'user':'bob'},'payload':{'x':0.5}}" },
  { "a number over 2^53", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':1,'type':'ping','x':9007199254740993}" },
  { "a number under -2^53", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':1,'type':'ping','x':-9007199254740993}" },
  { "a number that would wrap round", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':18446744073709551617,'type':'ping'}" },
  { "17 levels", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':1,'type':'ping','x':[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}" },
  { "an array", CLIENT, ERROR (BAD_FRAME), 0,
    "[{'id':1,'type':'ping'}]" },
  { "a string", CLIENT, ERROR (BAD_FRAME), 0,
    "'ping'" },
  { "a number", CLIENT, ERROR (BAD_FRAME), 0,
    "1" },
  { "null", CLIENT, ERROR (BAD_FRAME), 0,
    "null" },
  { "an empty object", CLIENT, ERROR (BAD_FRAME), 0,
    "{}" },
  { "no id", CLIENT, ERROR (BAD_FRAME), 0,
    "{'type':'ping'}" },
  { "id 0", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':0,'type':'ping'}" },
  { "a negative id", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':-1,'type':'ping'}" },
  { "an id in a string", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':'1','type':'ping'}" },
  { "a null id", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':null,'type':'ping'}" },
  { "ack 0", CLIENT, ERROR (BAD_FRAME), 0,
    "{'ack':0}" },
  { "an ack in a string", CLIENT, ERROR (BAD_FRAME), 0,
    "{'ack':'1'}" },
  { "an ack with a type and no id", CLIENT, ERROR (BAD_FRAME), 0,
    "{'ack':1,'type':'ping'}" },
  { "ack 0 on a request", CLIENT, ERROR (BAD_FRAME), 0,
    "{'id':1,'ack':0,'type':'ping'}" },
  { "a reply of a client", CLIENT, ERROR (BAD_FRAME), 0,
    "{'re':1,'ok':true}" },
  { "an event of a client", CLIENT, ERROR (BAD_FRAME), 0,
    "{'seq':1,'type':'contacts.changed'}" },
  { "no type", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4}" },
  { "a type that is a number", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':1}" },
  { "type “”", CLIENT, ERROR (UNKNOWN_TYPE), 4,
    "{'id':4,'type':''}" },
  { "type “pong”", CLIENT, ERROR (UNKNOWN_TYPE), 4,
    "{'id':4,'type':'pong'}" },
  { "type “PING”", CLIENT, ERROR (UNKNOWN_TYPE), 4,
    "{'id':4,'type':'PING'}" },
  { "type “ping ”", CLIENT, ERROR (UNKNOWN_TYPE), 4,
    "{'id':4,'type':'ping '}" },
  { "type “call.add”", CLIENT, ERROR (UNKNOWN_TYPE), 4,
    "{'id':4,'type':'call.add'}" },
  { "type “call.received”", CLIENT, ERROR (UNKNOWN_TYPE), 4,
    "{'id':4,'type':'call.received'}" },
  { "type “contacts.changed”", CLIENT, ERROR (UNKNOWN_TYPE), 4,
    "{'id':4,'type':'contacts.changed'}" },
  { "type “hello.hello”", CLIENT, ERROR (UNKNOWN_TYPE), 4,
    "{'id':4,'type':'hello.hello'}" },
  { "hello: without a device", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'hello','token':'t'}" },
  { "hello: an empty token", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'hello','token':'','device':{'id':'d','name':'n'}}" },
  { "hello: a device without a name", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'hello','token':'t','device':{'id':'d'}}" },
  { "hello: a name of a blank", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'hello','token':'t','device':{'id':'d','name':' '}}" },
  { "hello: an id with a slash", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'hello','token':'t','device':{'id':'a/b','name':'n'}}" },
  { "hello: resume from before", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'hello','token':'t','device':{'id':'d','name':'n'},'resume':{'session':'s',"
    "'seq':-1}}" },
  { "call.invite: nobody", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'call.invite','invitees':[],'media':'voice'}" },
  { "call.invite: no media", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'call.invite','invitees':['bob']}" },
  { "call.invite: media of no kind", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'call.invite','invitees':['bob'],'media':'smell'}" },
  { "call.invite: upper case", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'call.invite','invitees':['Bob'],'media':'voice'}" },
  { "call.invite: an invitee of null", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'call.invite','invitees':[null],'media':'voice'}" },
  { "call.invite: no array", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'call.invite','invitees':'bob','media':'voice'}" },
  { "call.invite: ten people", CLIENT, ERROR (TOO_MANY_INVITEES), 4,
    "{'id':4,'type':'call.invite','invitees':['a','b','c','d','e','f','g','h','i','j'],"
    "'media':'voice'}" },
  { "call.invite: no time", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'call.invite','invitees':['bob'],'media':'voice','timeout':0}" },
  { "call.invite: more than ten minutes", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'call.invite','invitees':['bob'],'media':'voice','timeout':601}" },
  { "call.invite: data that is an object", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'call.invite','invitees':['bob'],'media':'voice','data':{}}" },
  { "call.accept: no call", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'call.accept'}" },
  { "call.accept: an empty call", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'call.accept','call':''}" },
  { "call.accept: a call with a blank", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'call.accept','call':'a b'}" },
  { "call.cancel: nobody", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'call.cancel','call':'c','invitees':[]}" },
  { "call.reject: no reason", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'call.reject','call':'c'}" },
  { "call.reject: a reason of its own", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'call.reject','call':'c','reason':'bored'}" },
  { "call.leave: lost, which only the server says", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'call.leave','call':'c','reason':'lost'}" },
  { "signal.send: no addressee", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'signal.send','call':'c','payload':{}}" },
  { "signal.send: no payload", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'signal.send','call':'c','to':{'user':'bob'}}" },
  { "signal.send: a payload that is a string", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'signal.send','call':'c','to':{'user':'bob'},'payload':'{}'}" },
  { "signal.send: a payload of null", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'signal.send','call':'c','to':{'user':'bob'},'payload':null}" },
  { "signal.send: to a string", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'signal.send','call':'c','to':'bob','payload':{}}" },
  { "presence.watch: a set of null", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'presence.watch','users':null}" },
  { "presence.set: offline, which only the server says", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'presence.set','state':'offline'}" },
  { "contacts.add: nobody", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'contacts.add'}" },
  { "contacts.remove: null", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'contacts.remove','user':null}" },
  { "history.list: no limit", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'history.list'}" },
  { "history.list: limit 0", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'history.list','limit':0}" },
  { "history.list: limit 101", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'history.list','limit':101}" },
  { "history.list: before 1970", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'history.list','limit':1,'before':-1}" },
  { "profile.set: a name of a control character", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'profile.set','name':'a\\u0007'}" },
  { "profile.set: a name that turns the text round", CLIENT, ERROR (BAD_REQUEST), 4,
    "{'id':4,'type':'profile.set','name':'a\\u202eb'}" },
  { "a request of a server", SERVER (MESSAGE_NONE), ERROR (BAD_FRAME), 0,
    "{'id':1,'type':'ping'}" },
  { "an ack of a server", SERVER (MESSAGE_NONE), ERROR (BAD_FRAME), 0,
    "{'ack':1}" },
  { "reply and event in one", SERVER (MESSAGE_NONE), ERROR (BAD_FRAME), 0,
    "{'re':1,'seq':1,'ok':true,'type':'contacts.changed'}" },
  { "re 0", SERVER (MESSAGE_NONE), ERROR (BAD_FRAME), 0,
    "{'re':0,'ok':true}" },
  { "seq in a string", SERVER (MESSAGE_NONE), ERROR (BAD_FRAME), 0,
    "{'seq':'1','type':'contacts.changed'}" },
  { "a reply without ok", SERVER (MESSAGE_NONE), ERROR (BAD_FRAME), 0,
    "{'re':1}" },
  { "ok of null", SERVER (MESSAGE_NONE), ERROR (BAD_FRAME), 0,
    "{'re':1,'ok':null}" },
  { "ok of 1", SERVER (MESSAGE_NONE), ERROR (BAD_FRAME), 0,
    "{'re':1,'ok':1}" },
  { "an event without a type", SERVER (MESSAGE_NONE), ERROR (BAD_REQUEST), 0,
    "{'seq':1}" },
  { "an event of no known type", SERVER (MESSAGE_NONE), ERROR (UNKNOWN_TYPE), 0,
    "{'seq':1,'type':'call.exploded'}" },
  { "an event that is a request", SERVER (MESSAGE_NONE), ERROR (UNKNOWN_TYPE), 0,
    "{'seq':1,'type':'ping'}" },
  { "an invitation from nobody", SERVER (MESSAGE_NONE), ERROR (BAD_REQUEST), 0,
    "{'seq':1,'type':'call.received','call':'c','members':[],'media':'voice','timeout':90,"
    "'remaining_ms':1}" },
  { "an invitation with a name that turns the text round", SERVER (MESSAGE_NONE), ERROR (BAD_REQUEST), 0,
    "{'seq':1,'type':'call.received','call':'c','from':{'id':'eve','name':'\\u202e'},'members':[],"
    "'media':'voice','timeout':90,'remaining_ms':1}" },
  { "an invitation for longer than there is", SERVER (MESSAGE_NONE), ERROR (BAD_REQUEST), 0,
    "{'seq':1,'type':'call.received','call':'c','from':{'id':'eve','name':'E'},'members':[],"
    "'media':'voice','timeout':90,'remaining_ms':600001}" },
  { "unanswered by nobody", SERVER (MESSAGE_NONE), ERROR (BAD_REQUEST), 0,
    "{'seq':1,'type':'call.unanswered','call':'c','users':[]}" },
  { "an ended call of negative length", SERVER (MESSAGE_NONE), ERROR (BAD_REQUEST), 0,
    "{'seq':1,'type':'call.ended','call':'c','reason':'x','duration_ms':-1}" },
  { "presence of no kind", SERVER (MESSAGE_NONE), ERROR (BAD_REQUEST), 0,
    "{'seq':1,'type':'presence.changed','user':'bob','state':'asleep'}" },
  { "refused without an error", SERVER (PING), ERROR (BAD_FRAME), 0,
    "{'re':1,'ok':false}" },
  { "refused with a string", SERVER (PING), ERROR (BAD_FRAME), 0,
    "{'re':1,'ok':false,'error':'no'}" },
  { "refused without a code", SERVER (PING), ERROR (BAD_FRAME), 0,
    "{'re':1,'ok':false,'error':{'message':'no'}}" },
  { "refused without words", SERVER (PING), ERROR (BAD_FRAME), 0,
    "{'re':1,'ok':false,'error':{'code':'internal'}}" },
  { "refused with a code of a number", SERVER (PING), ERROR (BAD_FRAME), 0,
    "{'re':1,'ok':false,'error':{'code':5,'message':'no'}}" },
  { "an invite that made no call", SERVER (CALL_INVITE), ERROR (BAD_FRAME), 0,
    "{'re':1,'ok':true,'timeout':90,'failed':[]}" },
  { "members without ids", SERVER (CALL_ACCEPT), ERROR (BAD_FRAME), 0,
    "{'re':1,'ok':true,'members':[{'name':'Bob'}]}" },
  { "a hello without limits", SERVER (HELLO), ERROR (BAD_FRAME), 0,
    "{'re':1,'ok':true,'session':'s','resumed':false,'user':{'id':'a','name':'A'},"
    "'server':{'name':'','version':'','features':[]},'ice_servers':[],'calls':[]}" },
  { "an ICE server without an address", SERVER (ICE_SERVERS), ERROR (BAD_FRAME), 0,
    "{'re':1,'ok':true,'ice_servers':[{'urls':[]}]}" },
  { "a past call of an unknown outcome", SERVER (HISTORY_LIST), ERROR (BAD_FRAME), 0,
    "{'re':1,'ok':true,'calls':[{'call':'c','direction':'incoming','media':'voice','members':[],"
    "'outcome':'exploded','started':1,'duration_ms':1}]}" },
  { "a contact without presence", SERVER (CONTACTS_LIST), ERROR (BAD_FRAME), 0,
    "{'re':1,'ok':true,'contacts':[{'id':'bob','name':'Bob'}]}" },
};
const guint n_frame_faults = G_N_ELEMENTS (frame_faults);

char *
frame_text (const char *text)
{
  char *turned = g_strdup (text);

  return g_strdelimit (turned, "'", '"');
}

BeckonParty
frame_sample_party (const FrameSample *sample)
{
  return g_str_equal (sample->name, "ack") || g_str_has_prefix (sample->name, "request.")
             ? BECKON_PARTY_CLIENT
             : BECKON_PARTY_SERVER;
}

static char *
name_of (BeckonMessage *message, BeckonMessageType asked)
{
  const BeckonMessageType type = beckon_message_get_message_type (message);

  switch (beckon_message_get_kind (message))
    {
    case BECKON_MESSAGE_REQUEST:
      return g_strconcat ("request.", beckon_message_type_to_string (type), NULL);
    case BECKON_MESSAGE_EVENT:
      return g_strconcat ("event.", beckon_message_type_to_string (type), NULL);
    case BECKON_MESSAGE_REPLY:
      if (!beckon_message_is_ok (message))
        return g_strdup ("reply.error");
      return asked == BECKON_MESSAGE_NONE
                 ? g_strdup ("reply")
                 : g_strconcat ("reply.", beckon_message_type_to_string (asked), NULL);
    case BECKON_MESSAGE_ACK:
    default:
      return g_strdup ("ack");
    }
}

BeckonMessage *
frame_read (const char *text,
            gssize length,
            BeckonParty from,
            BeckonMessageType asked,
            char **name,
            gint64 *request_id,
            GError **error)
{
  g_autoptr (BeckonMessage) message = beckon_message_parse (text, length, from, request_id, error);
  g_autoptr (GError) failure = NULL;

  if (message == NULL)
    return NULL;
  /* A good refusal is a good frame. */
  if (asked != BECKON_MESSAGE_NONE && !beckon_message_check_reply (message, asked, &failure) &&
      (beckon_message_is_ok (message) ||
       g_error_matches (failure, BECKON_PROTOCOL_ERROR, BECKON_PROTOCOL_ERROR_BAD_FRAME)))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  if (name != NULL)
    *name = name_of (message, asked);
  return g_steal_pointer (&message);
}
