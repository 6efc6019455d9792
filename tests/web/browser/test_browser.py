"""The page in a real browser: keys, focus, conflicts, expiry, hostile text, small screens, accessibility."""

from __future__ import annotations

import re
from typing import Any

import pytest

from clonedesk_connectors.model import ActorKind
from clonedesk_connectors.review.states import State
from clonedesk_connectors.review.web import Role
from tests.review.build import BODY
from tests.web.browser.conftest import Open
from tests.web.world import ANA, BEN, HOSTILE_TEXT, LEA, World, hostile_ticket, submit, turn

pytestmark = pytest.mark.browser


def ticket_on(page: Any) -> str:
    text: str = page.locator(".facts").inner_text()
    return text.split("ticket ")[1].split()[0]


def wait_for_ticket(page: Any, number: str) -> None:
    page.locator(".facts").get_by_text(re.compile(rf"ticket {number}$")).wait_for()


def start(page: Any) -> None:
    page.get_by_role("button", name="Review the next draft").click()
    wait_for_ticket(page, "1")


def axe_violations(page: Any, axe: str) -> list[str]:
    page.evaluate(axe)
    result = page.evaluate("axe.run()")
    return [f"{one['id']}: {node['target']}" for one in result["violations"] for node in one["nodes"]]


def test_a_whole_session_by_keyboard(open_page: Open, world: World) -> None:
    page = open_page()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")  # the first line of the list
    wait_for_ticket(page, "1")
    page.get_by_role("button", name="Take this draft").press("Enter")
    page.wait_for_selector("#decide")
    assert page.evaluate("document.activeElement.tagName") == "H1"

    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")
    page.keyboard.press("a")  # nothing fires behind a dialog
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0

    page.keyboard.press("e")
    page.keyboard.press("Control+Home")
    page.keyboard.type("ares xsujk? 55 ")  # letters of every key, typed
    page.wait_for_selector("#changes .critical")
    assert "Critical change: number" in page.locator("#changes").inner_text()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.tagName") == "H1"
    assert world.queue.counts()[State.DECIDED] == 0

    page.keyboard.press("e")
    page.keyboard.press("Control+Enter")
    wait_for_ticket(page, "2")
    assert page.evaluate("document.activeElement.tagName") == "H1"
    assert "Approved CD-" in page.locator("#status").inner_text()
    assert world.queue.find()[0].final_text == "ares xsujk? 55 " + BODY

    page.keyboard.press("u")
    wait_for_ticket(page, "1")
    page.keyboard.press("r")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    wait_for_ticket(page, "2")
    page.keyboard.press("x")
    wait_for_ticket(page, "3")
    page.keyboard.press("s")
    wait_for_ticket(page, "4")
    page.keyboard.press("a")
    page.get_by_text("Nothing else is waiting for you.").first.wait_for()
    outcomes = {item.draft.ticket_id: item.outcome for item in world.queue.find()}
    assert outcomes == {"1": "rejected", "2": "escalated", "3": None, "4": "approved_verbatim"}
    assert page.problems == []


def test_next_and_previous_by_key(open_page: Open, world: World) -> None:
    page = open_page()
    start(page)
    page.keyboard.press("j")
    wait_for_ticket(page, "2")
    page.keyboard.press("k")
    wait_for_ticket(page, "1")
    assert [item.draft.ticket_id for item in world.queue.find() if item.claimed_by] == ["1"]


PRESS_X_AFTER_EVERY_SWAP = """
const press = () => document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "x", bubbles: true}));
document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.elt.id === "page") setTimeout(press) });
press();
"""


def test_a_key_counts_from_the_moment_its_draft_is_there(open_page: Open, world: World) -> None:
    page = open_page()
    start(page)
    loads: list[str] = []
    page.on("request", lambda asked: loads.append(asked.url) if asked.resource_type == "document" else None)
    page.evaluate(PRESS_X_AFTER_EVERY_SWAP)
    page.get_by_text("Nothing else is waiting for you.").first.wait_for()
    assert [item.outcome for item in world.queue.find()] == ["escalated"] * 4
    assert loads == []  # each key was taken in the page; a page that loads anew would miss keys


def test_a_draft_shows_when_its_keys_work_and_is_decided_once_while_the_rest_still_loads(
    open_page: Open, world: World
) -> None:
    page = open_page()
    start(page)
    held: list[Any] = []
    page.route("**/htmx.min.js", lambda route: None)  # never answered
    page.route("**/review.js", lambda route: held.append(route), times=1)
    page.reload(wait_until="commit")
    page.wait_for_timeout(200)
    assert page.locator(".facts").count() == 0
    held.pop().continue_()
    wait_for_ticket(page, "1")
    page.route("**/decide", lambda route: held.append(route))
    box = page.get_by_role("button", name="Approve").bounding_box()
    page.keyboard.press("a")
    page.wait_for_timeout(200)
    page.keyboard.press("a")
    page.mouse.click(box["x"] + 5, box["y"] + 5)
    page.wait_for_timeout(200)
    (only,) = held
    only.continue_()
    wait_for_ticket(page, "2")
    assert "Approved CD-" in page.locator(".flash").inner_text()
    assert world.queue.counts()[State.DECIDED] == 1


def test_single_keys_can_be_switched_off(open_page: Open, world: World) -> None:
    page = open_page(path="/keys")
    page.get_by_role("button", name="Switch single keys off").click()
    page.goto("/")
    start(page)
    for key in "axs":
        page.keyboard.press(key)
    page.wait_for_timeout(200)
    assert ticket_on(page) == "1"
    page.locator("#text").press("Control+Enter")
    wait_for_ticket(page, "2")
    assert world.queue.counts()[State.DECIDED] == 1


HEARTBEAT = "[hx-post$='/renew']"
STOP_HEARTBEAT = f"""document.addEventListener("htmx:beforeRequest", (event) => {{
  if (event.detail.elt.matches("{HEARTBEAT}")) event.preventDefault();
}})"""


def test_the_second_of_two_reviewers_keeps_the_page_and_reads_why(open_page: Open, world: World) -> None:
    ana = open_page(ANA)
    start(ana)
    ana.locator("#text").fill("my careful words")
    ana.evaluate(STOP_HEARTBEAT)
    ana.locator(f"{HEARTBEAT}:not(.htmx-request)").wait_for(state="attached")  # none is under way
    world.clock.advance(601)
    ben = open_page(BEN)
    start(ben)
    ana.get_by_role("button", name="Approve").click()
    notice = ana.locator("#notice[role=alert]")
    notice.filter(has_text="being reviewed by ben@example.com").wait_for()
    assert ana.locator("#text").input_value() == "my careful words"
    assert ticket_on(ana) == "1"
    assert "/decide" not in ana.url
    ben.keyboard.press("a")
    wait_for_ticket(ben, "2")
    assert world.queue.find()[0].decided_by == BEN


def test_a_draft_that_expires_while_open_locks_the_page_and_keeps_the_text(open_page: Open, world: World) -> None:
    page = open_page()
    start(page)
    page.locator("#text").fill("half a sentence")
    ticket = hostile_ticket()
    newer = turn(20, ActorKind.CUSTOMER, "It has arrived!")
    world.queue.capture(ticket.model_copy(update={"events": (*ticket.events, newer)}))
    page.locator("[data-lost]").filter(has_text="expired (customer replied)").wait_for()
    assert page.locator("#text").input_value() == "half a sentence"
    assert page.get_by_role("button", name="Approve").is_disabled()
    page.locator("h1").focus()
    for key in "axrs":
        page.keyboard.press(key)
    assert ticket_on(page) == "1"
    assert world.queue.counts()[State.DECIDED] == 0


def test_a_double_click_decides_one_draft(open_page: Open, world: World) -> None:
    page = open_page()
    start(page)
    page.get_by_role("button", name="Approve").dblclick()
    wait_for_ticket(page, "2")
    page.wait_for_timeout(300)
    assert page.locator("#notice").inner_text() == ""
    assert [item.draft.ticket_id for item in world.queue.find() if item.outcome] == ["1"]


def test_the_heartbeat_keeps_the_lease(open_page: Open, world: World) -> None:
    page = open_page()
    start(page)
    before = world.queue.find()[-1].lease_until
    world.clock.advance(300)
    for _ in range(2):  # the first may have been under way before
        with page.expect_response(lambda answer: "/renew" in answer.url):
            pass
    after = next(item.lease_until for item in world.queue.find() if item.draft.ticket_id == "1")
    assert before is not None
    assert after is not None
    assert (after - before).total_seconds() == 300


def test_hostile_text_does_nothing(open_page: Open, world: World) -> None:
    hostile = submit(world.queue, 9, body=HOSTILE_TEXT, reason=HOSTILE_TEXT, due_at=world.clock.now)
    page = open_page()
    page.get_by_role("button", name="Review the next draft").click()
    page.wait_for_url(f"**/drafts/{hostile}")
    assert page.locator("#text").input_value() == HOSTILE_TEXT
    page.locator("#text").press("End")
    page.keyboard.type("!")
    page.wait_for_selector("#changes ins")
    assert "[U+202E]" in page.locator("#changes").inner_text()
    page.keyboard.press("Control+Enter")
    wait_for_ticket(page, "1")
    assert "Image from tracker.example not loaded" in page.locator(".conversation").inner_text()
    assert page.locator("img, iframe, .text script").count() == 0
    hrefs = page.evaluate("[...document.links].map(link => link.protocol)")
    assert set(hrefs) <= {"http:", "https:", "mailto:"}
    assert page.problems == []
    page.goto(f"/drafts/{hostile}")  # leaving while a request is under way may put an error into the console
    assert page.title() == f"Draft CD-{hostile} · Draft review"


@pytest.mark.parametrize("world", [{"mask": True}], indirect=True)
def test_masked_drafts_are_decided_by_key_and_shown_on_request(open_page: Open, world: World) -> None:
    body = "Hello Kim,\n\nwe call you at +49 30 1234567."
    masked = [submit(world.queue, number, body=f"{body} {number}", due_at=world.clock.now) for number in (8, 9)]
    page = open_page()
    page.get_by_role("button", name="Review the next draft").click()
    wait_for_ticket(page, "[89]")
    assert "[telephone number]" in page.locator("#decide").inner_text()
    first = page.url.rpartition("/")[2]
    page.keyboard.press("e")  # nothing to edit yet
    page.keyboard.press("a")
    page.get_by_text("Approved CD-").first.wait_for()
    assert world.queue.get(first).outcome == "approved_verbatim"
    page.get_by_role("button", name="Show personal data").click()
    page.locator("#text").wait_for()
    assert "+49 30 1234567" in page.locator("#text").input_value()
    shown = next(one for one in masked if one != first)
    assert world.queue.history(shown)[-1].action == "reveal"
    assert page.problems == []


def test_the_conversation_starts_at_the_last_customer_message(open_page: Open) -> None:
    page = open_page()
    start(page)
    conversation = page.locator(".conversation")
    assert "My refund is late" in conversation.locator("> .message").first.inner_text()
    assert not conversation.get_by_text("Bank asked on Friday.").is_visible()
    conversation.get_by_text("3 older messages").click()
    assert "Private note" in conversation.locator(".message.note").inner_text()
    assert "AI" in conversation.locator(".message.ai_agent header").inner_text()


def test_a_login_link_works_once(browser: Any, base_url: str, world: World) -> None:
    link = world.login()
    first, second = browser.new_context(base_url=base_url), browser.new_context(base_url=base_url)
    try:
        page = first.new_page()
        page.goto(link)
        assert page.url == f"{base_url}/"
        assert page.locator("h1").inner_text() == "Waiting drafts"
        cookie = first.cookies()[0]
        assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
        other = second.new_page()
        answer = other.goto(link)
        assert answer.status == 401
        assert "was used already" in other.locator("#notice").inner_text()
    finally:
        first.close()
        second.close()


def test_a_name_that_was_pointed_at_this_machine_is_refused(browser: Any, base_url: str, world: World) -> None:
    from tests.web.browser.conftest import CHROMIUM

    assert CHROMIUM
    flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--host-resolver-rules=MAP * 127.0.0.1"]
    rebound = browser.browser_type.launch(executable_path=CHROMIUM, args=flags)
    try:
        page = rebound.new_page()
        answer = page.goto(base_url.replace("127.0.0.1", "evil.example") + world.login())
        assert answer.status == 400
        assert page.locator("form").count() == 0
    finally:
        rebound.close()


def test_another_site_cannot_post_to_the_page(open_page: Open, base_url: str, world: World) -> None:
    page = open_page()
    evil = base_url.replace("127.0.0.1", "localhost")  # another site to the browser, the same server
    page.route(
        f"{evil}/**",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f'<form method="post" action="{base_url}/claim"><input name="csrf" value="x"></form>',
        ),
    )
    page.goto(f"{evil}/attack")
    with page.expect_navigation() as went:
        page.evaluate("document.forms[0].submit()")
    assert went.value.status == 403
    assert [item.claimed_by for item in world.queue.find()] == [None] * 4


@pytest.mark.parametrize("javascript", [True, False])
def test_the_page_works_without_a_script(open_page: Open, world: World, javascript: bool) -> None:
    page = open_page(java_script_enabled=javascript)
    page.get_by_role("button", name="Review the next draft").click()
    page.locator("#text").fill(BODY.replace("40.00", "45.00"))
    if not javascript:
        page.get_by_role("button", name="Show changes").click()
    page.locator("#changes ins.critical").wait_for()
    page.get_by_role("button", name="Approve").click()
    page.get_by_text("Approved CD-").first.wait_for()
    done = [item for item in world.queue.find() if item.outcome]
    assert [(item.draft.ticket_id, item.outcome, item.critical_change) for item in done] == [("1", "light_edit", True)]


VIEWS = ["/", "/decided", "/statistics", "/keys", "/people", "mine", "done", "disputed", "lost", "refused"]


def open_view(open_page: Open, world: World, view: str) -> Any:
    page = open_page(LEA, Role.ADMIN)
    if view.startswith("/"):
        page.goto(view)
        return page
    hostile = submit(
        world.queue,
        9,
        body=f"{BODY}\n{HOSTILE_TEXT} {'x' * 200}",
        reason="Found it in the handbook.",
        due_at=world.clock.now,
    )
    if view == "disputed":
        world.queue._intake._reviews = lambda draft, route: 2  # type: ignore[method-assign]
        hostile = submit(world.queue, 8, due_at=world.clock.now)
        for name, decision, said in ((ANA, "approve", {}), (BEN, "reject", {"reason": "tone"})):
            item = world.queue.claim(name, draft_id=hostile)
            assert item is not None
            world.queue.decide(hostile, item.version, name, decision, **said)
        page.goto(f"/drafts/{hostile}")
        return page
    page.get_by_role("button", name="Review the next draft").click()
    page.locator("#text").press("Control+Home")
    page.keyboard.type("Not 17 ")
    page.wait_for_selector("#changes ins.critical")
    page.get_by_text("Reject r").click()
    if view == "done":
        page.get_by_role("button", name="Approve").click()
        page.get_by_text("Approved CD-").first.wait_for()
        page.goto(f"/drafts/{hostile}")
        page.get_by_text("History", exact=True).click()
    if view == "lost":
        world.queue.expire_many([hostile], "root@example.com")
        page.locator("[data-lost]").wait_for()
    if view == "refused":
        page.goto("/drafts/AAAAAAAAAAAA")
        page.locator("h1").wait_for()
    return page


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_accessible_and_fits_a_phone(open_page: Open, world: World, axe: str, view: str) -> None:
    page = open_view(open_page, world, view)
    assert axe_violations(page, axe) == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    assert axe_violations(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("world", [{"mask": True}], indirect=True)
def test_a_masked_draft_is_accessible(open_page: Open, world: World, axe: str) -> None:
    submit(world.queue, 9, body="Call +49 30 1234567.", due_at=world.clock.now)
    page = open_page()
    page.get_by_role("button", name="Review the next draft").click()
    wait_for_ticket(page, "9")
    assert axe_violations(page, axe) == []


def test_the_dialog_of_the_keys_is_accessible(open_page: Open, axe: str) -> None:
    page = open_page()
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")
    assert axe_violations(page, axe) == []
