"""The café's bot on a desk: what guests get, and when a colleague is called."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import pytest
from desk.kit import ALICE, Office, event, wrote
from desk.playing import TryingStore, client_of, conversation, messages, opened, settled
from examples.rag_bot import CafeBot
from examples.rag_bot.bot import GET_STARTED
from examples.rag_bot.model import write_answer
from examples.rag_bot.pages import load
from examples.rag_bot.passage import Passage
from examples.rag_bot.phrases import GREETING, phrases_for
from examples.rag_bot.retrieval import Retrieval
from hypothesis import given
from hypothesis import strategies as st
from once.graph_play import TinyGraph
from once.virtual_clock import play, virtual

from messengerkit import events
from messengerkit.desk import Desk, DeskSettings, Message, Status, Turn
from messengerkit.desk.taking import Taker
from messengerkit.desk.turn import Around

# Uploads are for the sandbox: see `test_rag_bot_pictures.py`.
RETRIEVAL = Retrieval([replace(it, picture=None) for it in load()])
SAY = phrases_for("")
BURMESE = phrases_for("မ")
NOW = DeskSettings(retries=(0.0, 0.0))
LIMIT = 2000


def bot_that(
    write: Callable[[str, Sequence[Passage], Sequence[Message]], str] | None = None,
) -> CafeBot:
    """Return a bot without pictures, perhaps with another model."""
    if write is None:
        return CafeBot(RETRIEVAL)

    async def written(
        question: str, passages: Sequence[Passage], history: Sequence[Message]
    ) -> str:
        return write(question, passages, history)

    return CafeBot(RETRIEVAL, write=written)


async def told(*came: events.Event, bot: CafeBot | None = None) -> tuple[list[object], str | None]:
    """Return what Ana gets for what came, and why a person is wanted, if one is."""
    graph = TinyGraph()
    async with opened(graph, TryingStore(), bot or bot_that()) as desk:
        await desk.take(came)
        await settled(desk)
        known = await conversation(desk)
        assert (known.status is Status.ESCALATED) == (known.escalation_reason is not None)
        return graph.texts(), known.escalation_reason


@virtual
async def test_a_question_is_answered_from_the_pages() -> None:
    """In the words of the café, and no colleague is called."""
    texts, reason = await told(wrote("When do you open?"))

    assert texts == [it.text for it in RETRIEVAL.passages if it.entry == "When are you open?"]
    assert reason is None


@virtual
async def test_a_long_answer_comes_in_parts_and_in_order() -> None:
    """More than one message can hold: nothing is lost, and nothing is twice."""
    texts, reason = await told(wrote("What are your catering terms?"))
    pieces = [it.text for it in RETRIEVAL.passages if it.entry == "Catering terms"]

    assert len(texts) > 1
    assert all(len(str(text)) <= LIMIT for text in texts)
    assert " ".join(map(str, texts)).split() == " ".join(pieces).split()
    assert reason is None


@pytest.mark.parametrize(
    ("text", "said"),
    [("Can I talk to a person?", SAY.person), ("ဝန်ထမ်းနဲ့ ပြောချင်ပါတယ်", BURMESE.person)],
)
def test_who_asks_for_a_person_is_promised_one(text: str, said: str) -> None:
    """In their language; the message requires one."""

    @virtual
    async def scene() -> None:
        graph = TinyGraph()
        async with opened(graph, TryingStore(), bot_that()) as desk:
            await desk.take([wrote(text)])
            await settled(desk)
            known, (asked, _) = await conversation(desk), await messages(desk)
            assert known.escalation_reason == "asked for a person"
            assert asked.requires_human
        assert graph.texts() == [said]

    scene()


@pytest.mark.parametrize(
    ("text", "said", "reason"),
    [
        ("Can I bring my horse?", SAY.unsure, "low confidence: 0.34"),
        ("Who won the world cup in 2018?", SAY.unsure, "low confidence: 0.19"),
        ("где вы находитесь", SAY.unsure, "low confidence: 0.00"),
        ("ရာသီဥတု ဘယ်လိုလဲ", BURMESE.unsure, "low confidence: 0.13"),
    ],
)
def test_the_bot_says_that_it_is_not_sure(text: str, said: str, reason: str) -> None:
    """It does not guess: a colleague is called, and is told how sure it was."""
    play(_is_told(wrote(text, mid="m_1"), said, reason))


async def _is_told(came: events.Event, said: object, reason: str | None) -> None:
    assert await told(came) == ([said], reason)


@virtual
async def test_a_model_may_find_that_the_passages_do_not_say() -> None:
    """Then a colleague is called as well."""
    texts, reason = await told(wrote("When do you open?"), bot=bot_that(lambda _, __, ___: " "))

    assert (texts, reason) == ([SAY.unsure], "the café's pages do not say")


@virtual
async def test_a_model_is_given_what_was_found_and_said() -> None:
    """The question, the passages, and the conversation, whose last message is the question."""
    given_: list[tuple[str, str, list[str | None]]] = []

    def write(question: str, passages: Sequence[Passage], history: Sequence[Message]) -> str:
        given_.append((question, passages[0].entry, [one.text for one in history]))
        return "In the model's words."

    texts, _ = await told(wrote("Do you have wifi?"), bot=bot_that(write))

    assert texts == ["In the model's words."]
    assert given_ == [("Do you have wifi?", "Do you have wifi?", ["Do you have wifi?"])]


@virtual
async def test_get_started_is_greeted() -> None:
    """Also with a title that would find something; other buttons ask what they say."""
    start = event(events.Postback, title="Get Started", payload=GET_STARTED, mid="m_1")
    wifi = event(events.Postback, title="Do you have wifi?", payload="WIFI", mid="m_2")
    texts, reason = await told(start, wifi)

    assert texts[0] == GREETING.text
    assert str(texts[1]).startswith("Yes, it is free.")
    assert reason is None


URL = "https://cdn.example.com/1"


@pytest.mark.parametrize(
    ("text", "attachment", "said", "reason"),
    [
        (None, {"type": "image"}, SAY.attachment, "sent something to look at"),
        ("When do you open?", {"type": "video"}, SAY.attachment, "sent something to look at"),
        (None, {"type": "location"}, SAY.attachment, "sent something to look at"),
        (None, {"type": "image", "payload": {"sticker_id": 369239263222822}}, SAY.wordless, None),
        ("A person, please", {"type": "fallback"}, SAY.person, "asked for a person"),
    ],
)
def test_a_colleague_looks_at_what_guests_send(
    text: str | None, attachment: dict[str, object], said: str, reason: str | None
) -> None:
    """A thumb needs nobody, and the preview of a link is read as its text."""
    whole = {"payload": {"url": URL}, **attachment}
    play(_is_told(wrote("", text=text, attachments=[whole], mid="m_1"), said, reason))


@pytest.mark.parametrize("text", ["👍", "???", "  ", "ရှိပါသလား"])
def test_what_has_no_words_is_asked_for_some(text: str) -> None:
    """Nobody is called for a thumb."""
    play(_is_told(wrote(text, mid="m_1"), phrases_for(text).wordless, None))


@virtual
async def test_what_is_no_message_is_ignored() -> None:
    """Though a desk may give such to its handler."""
    graph, rules = TinyGraph(), DeskSettings(turns=(events.AccountLinked,))
    async with opened(graph, TryingStore(), bot_that(), rules) as desk:
        await desk.take([event(events.AccountLinked)])
        await settled(desk)
        assert (await conversation(desk)).status is Status.ACTIVE

    assert graph.texts() == []


@virtual
async def test_the_bot_is_silent_while_a_person_has_the_conversation() -> None:
    """What is written meanwhile is kept, no model is asked, and the bot goes on afterwards."""
    graph, asked = TinyGraph(), list[str]()

    def write(question: str, passages: Sequence[Passage], _: Sequence[Message]) -> str:
        asked.append(question)
        return passages[0].text

    async with opened(graph, TryingStore(), bot_that(write)) as desk:
        await desk.take([wrote("A person, please")])
        await settled(desk)
        known = await conversation(desk)
        await desk.assign(ALICE, known.id)
        kept = ["Do you have wifi?", "Are you there? A person!"]
        await desk.take(wrote(text) for text in kept)
        await settled(desk)
        assert graph.texts() == [SAY.person]
        assert {one.text for one in await messages(desk)} >= set(kept)
        await desk.release(ALICE, known.id)
        await desk.take([wrote("thanks")])
        await settled(desk)

    assert graph.texts() == [SAY.person, "You are welcome. See you at the harbour!"]
    assert asked == ["thanks"]


@virtual
async def test_an_answer_is_not_sent_once_a_person_has_come() -> None:
    """The model has thought for too long."""
    graph, desks = TinyGraph(), list[Desk]()

    async def slow(_: str, __: Sequence[Passage], ___: Sequence[Message]) -> str:
        (desk,) = desks
        await desk.reply(ALICE, (await conversation(desk)).id, "Alice here.")
        return "The bot's answer."

    async with opened(graph, TryingStore(), CafeBot(RETRIEVAL, write=slow)) as desk:
        desks.append(desk)
        await desk.take([wrote("Do you have wifi?")])
        await settled(desk)
        assert (await conversation(desk)).assigned_admin_id == ALICE

    assert graph.texts() == ["Alice here."]


@pytest.mark.parametrize("text", ["catering terms", "A person, please", "Where is my horse?"])
def test_a_bot_that_is_run_again_sends_nothing_twice(text: str) -> None:
    """It had done all when it died; its model finds other words the second time."""
    expected = [*map(str, _texts_of(text))]
    seen: list[int] = []

    @virtual
    async def scene() -> None:
        graph, versions = TinyGraph(), iter(["", " Again.", " And again."])

        async def write(
            question: str, passages: Sequence[Passage], history: Sequence[Message]
        ) -> str:
            return await write_answer(question, passages, history) + next(versions)

        bot = CafeBot(RETRIEVAL, write=write)

        async def dies(turn: Turn) -> None:
            await bot(turn)
            seen.append(turn.attempt)
            if turn.attempt <= len(NOW.retries):
                msg = "the process is gone"
                raise RuntimeError(msg)

        async with opened(graph, TryingStore(), dies, NOW) as desk:
            await desk.take([wrote(text)])
            await settled(desk)
        assert graph.texts() == expected

    scene()
    assert seen == [1, 2, 3]


def _texts_of(text: str) -> list[object]:
    texts: list[object] = []

    @virtual
    async def scene() -> None:
        texts.extend((await told(wrote(text)))[0])

    scene()
    return texts


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["bot_replies", "Turn.escalate.<locals>.write"])
def test_a_store_that_fails_on_the_way_loses_nothing(step: str, when: str) -> None:
    """The guest is told once, and the colleague is called, wherever the bot was stopped."""

    @virtual
    async def scene() -> None:
        graph, store = TinyGraph(), TryingStore()
        async with opened(graph, store, bot_that(), NOW) as desk:
            (store.before if when == "before" else store.after).append(step)
            await desk.take([wrote("A person, please")])
            await settled(desk)
            assert (store.before, store.after) == ([], [])
            assert (await conversation(desk)).escalation_reason == "asked for a person"
        assert graph.texts() == [SAY.person]

    scene()


@given(st.text(max_size=300))
def test_any_text_is_answered_or_a_colleague_is_called(text: str) -> None:
    """Never an exception, and never silence."""

    @virtual
    async def scene() -> None:
        office = Office()
        await office.book(wrote(text, mid="m_1"))
        taker = Taker("one", (), 60.0)
        claim = partial(taker.claim, moment=office.moment, limit=9, most=5)
        (claimed,) = await office.do(claim)
        around = Around(
            store=office.store,
            client=client_of(TinyGraph()),
            moment=lambda: office.moment,
            written=lambda: None,
        )
        await bot_that()(Turn(claimed, around))
        said = [one.text for one in await office.messages()][1:]
        known, say = await office.conversation(), phrases_for(text)
        assert all(said)
        assert said
        assert (known.status is Status.ESCALATED) == (said[0] in {say.person, say.unsure})

    scene()
