"""The one function to replace: it makes an answer of what was found."""

from collections.abc import Sequence

from messengerkit.desk import Message

from .passage import Passage


async def write_answer(
    question: str, passages: Sequence[Passage], history: Sequence[Message]
) -> str:
    """Return the answer; as shipped, what the café has written, word for word, and no model.

    Put the call of your model here: give it *question*, the texts of *passages*, and what was
    said before, and tell it to answer from the passages alone, in the guest's language.

    - Give it a time limit, like `async with asyncio.timeout(20)`. Raise what it raises: the desk
      calls the bot again after 1, 5, 30 and 120 seconds, and then a person is wanted.
    - Return text of up to 20 messages of 2000 characters; the desk cuts it into messages.
    - Return "" if the passages do not hold the answer: then a colleague is called.
    - It need not say the same when it is called again. The answer that was written down first is
      the one that the guest gets, once.

    Args:
        question: What the guest wrote.
        passages: What was found, the best one first; never empty.
        history: The newest messages of the conversation, oldest first; the question is the last.
    """
    del question, history
    entry = passages[0].entry
    parts = [one for one in passages if one.entry == entry]
    return "\n\n".join(one.text for one in sorted(parts, key=lambda it: it.part))
