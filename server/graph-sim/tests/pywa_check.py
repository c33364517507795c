"""Checks that a client written by others can talk to the simulator: the Python package pywa.

    python3 -m venv /tmp/pywa && /tmp/pywa/bin/pip install pywa
    graph-sim --addr 127.0.0.1:3010 &
    /tmp/pywa/bin/python tests/pywa_check.py http://127.0.0.1:3010

It sends every kind of message, marks one as read, moves media up and down, lists and creates templates, and reads the
signed webhooks of inbound messages and statuses. It ends with 0 and "all well", or with the first thing that went wrong.
"""

import json
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue

import httpx
from pywa import WhatsApp, errors, types
from pywa.types.templates import BodyText, ParamFormat, QuickReplyButton, Template, TemplateCategory, TemplateLanguage

SIM = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:3010"
NUMBER, WABA, ANA = "106540352242922", "102290129340398", "5511987654321"


def order(path, body):
    """A call of the control surface."""
    request = urllib.request.Request(SIM + path, json.dumps(body).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request) as response:
        return json.load(response)


class ToSimulator(httpx.HTTPTransport):
    """Sends what is meant for Meta's host to the simulator."""

    def handle_request(self, request):
        if request.url.host == "graph.facebook.com":
            sim = httpx.URL(SIM)
            request.url = request.url.copy_with(scheme=sim.scheme, host=sim.host, port=sim.port)
            request.headers["host"] = f"{sim.host}:{sim.port}"
        return super().handle_request(request)


wa = WhatsApp(
    phone_id=NUMBER,
    token="demo-graph-token",
    waba_id=WABA,
    app_secret="demo-app-secret",
    verify_token="demo-verify-token",
    server=None,
    session=httpx.Client(transport=ToSimulator()),
)
messages, statuses, buttons = Queue(), Queue(), Queue()
wa.on_message()(lambda _, m: messages.put(m))
wa.on_message_status()(lambda _, s: statuses.put(s))
wa.on_callback_button()(lambda _, b: buttons.put(b))


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        wrong = wa.webhook_update_validator(update=body, hmac_header=self.headers["x-hub-signature-256"])
        _, status = wrong or wa.webhook_update_handler(update=body)
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_):
        pass


def get(queue, what, test=lambda _: True):
    end = time.time() + 10
    while time.time() < end:
        try:
            found = queue.get(timeout=0.2)
        except Exception:
            continue
        if test(found):
            return found
    raise SystemExit(f"waited in vain for {what}")


def check(what, ok):
    print(("ok   " if ok else "FAIL ") + what)
    if not ok:
        raise SystemExit(1)


def refused(what, code, call):
    try:
        call()
    except errors.WhatsAppError as error:
        return check(f"{what} is refused with {code}", error.code == code)
    check(f"{what} is refused with {code}", False)


server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
threading.Thread(target=server.serve_forever, daemon=True).start()
order("/sim/reset", {})
order("/sim/settings", {"webhook_url": f"http://127.0.0.1:{server.server_port}/", "window_error": "sync"})

refused("free text outside the window", 131047, lambda: wa.send_message(to=ANA, text="oi"))

order("/sim/inbound", {"from": ANA, "text": "olá, ação 👍"})
inbound = get(messages, "the inbound text")
check("an inbound text with a valid signature is read", inbound.text == "olá, ação 👍" and inbound.from_user.wa_id == ANA)

sent = wa.send_message(to=ANA, text="Bom dia", tracker="outbox-1")
check("a text is sent", sent.id.startswith("wamid."))
status = get(statuses, "its status", lambda s: s.id == sent.id)
check("its status comes with the tracker", status.tracker == "outbox-1")
check("a message is marked as read", wa.mark_message_as_read(inbound.id))
check("typing is shown", wa.indicate_typing(inbound.id))
check("a reply quotes", wa.send_message(to=ANA, text="sim", reply_to_message_id=inbound.id).id is not None)
check("a reaction is sent", wa.send_reaction(to=ANA, emoji="👍", message_id=inbound.id).id is not None)
check("a location is sent", wa.send_location(to=ANA, latitude=-23.5, longitude=-46.6, name="Loja").id is not None)
choice = [types.Button(title="Confirmo", callback_data="s"), types.Button(title="Não", callback_data="n")]
check("buttons are sent", wa.send_message(to=ANA, text="Confirma?", buttons=choice).id is not None)
order("/sim/inbound", {"from": ANA, "type": "interactive", "context": {"message_id": sent.id},
                       "interactive": {"type": "button_reply", "button_reply": {"id": "s", "title": "Confirmo"}}})
check("a button's answer is read", get(buttons, "the answer").data == "s")
rows = types.SectionList(button_title="Ver", sections=[types.Section(title="Café", rows=[types.SectionRow(title="Serra", callback_data="1")])])
check("a list is sent", wa.send_message(to=ANA, text="Escolha", buttons=rows).id is not None)

order("/sim/inbound", {"from": ANA, "type": "image", "image": {"caption": "veja"}})
image = get(messages, "the inbound image", lambda m: m.image)
content = wa.get_media_bytes(url=wa.get_media_url(image.image.id).url)
check("inbound media is downloaded", content[:3] == b"\xff\xd8\xff" and image.caption == "veja")
media = wa.upload_media(content, mime_type="image/jpeg", filename="a.jpg")
check("media is uploaded and sent", wa.send_image(to=ANA, image=media, caption="aqui").id is not None)
refused("an image as video", 131053, lambda: wa.send_video(to=ANA, video=media))

for kind in ["video", "audio", "document", "sticker", "location", "contacts", "order"]:
    order("/sim/inbound", {"from": ANA, "type": kind})
    get(messages, f"the inbound {kind}", lambda m: m.type.value == kind)
    check(f"an inbound {kind} is read", True)
order("/sim/inbound", {"from": "@joana.p", "text": "sem número"})
joana = get(messages, "the message without a number", lambda m: m.text == "sem número")
check("a person without number is read", joana.from_user.bsuid == "BR.13491208655302741918" and not joana.from_user.wa_id)

template = wa.send_template(to=ANA, name="retomar_atendimento", language=TemplateLanguage.PORTUGUESE_BR, params=[BodyText.params("Ana", "Prosa")])
check("a template is sent", template.id is not None)
refused("a wrong number of parameters", 132000, lambda: wa.send_template(
    to=ANA, name="retomar_atendimento", language=TemplateLanguage.PORTUGUESE_BR, params=[BodyText.params("Ana")]))
refused("a paused template", 132015, lambda: wa.send_template(
    to=ANA, name="aviso_pausado", language=TemplateLanguage.PORTUGUESE_BR, params=[]))
names = [t.name for t in wa.get_templates()]
check(f"{len(names)} templates are listed", "retomar_atendimento" in names)
created = wa.create_template(Template(
    name="criado_por_pywa", language=TemplateLanguage.PORTUGUESE_BR, category=TemplateCategory.UTILITY, parameter_format=ParamFormat.NAMED,
    components=[BodyText("Olá {{nome}}, tudo certo com o pedido?", nome="Ana"), types.templates.Buttons(buttons=[QuickReplyButton(text="Sim")])]))
check("a template is created", created.id is not None)
check("the profile is read", wa.get_business_profile().about is not None)
check("the account is read", wa.get_business_account().id == WABA)
check("both numbers are listed", len(list(wa.get_business_phone_numbers())) == 2)
check("every webhook was taken", order("/sim/webhooks/wait", {})["idle"])
print("all well")
