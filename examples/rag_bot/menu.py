"""The menu as passages: the whole of it, its sections, its diets and allergens, and each dish."""

import json
from collections.abc import Iterator, Sequence
from typing import NotRequired, TypedDict, cast

from .passage import Passage


class _Dish(TypedDict):
    section: str
    name: str
    burmese: NotRequired[str]
    price: str
    about: str
    diets: list[str]
    allergens: list[str]
    picture: NotRequired[str]


class _Menu(TypedDict):
    currency: str
    picture: str
    diets: list[str]
    allergens: list[str]
    dishes: list[_Dish]


def from_menu(text: str) -> Iterator[Passage]:
    """Return the passages of `menu.json`."""
    menu = cast("_Menu", json.loads(text))
    dishes = menu["dishes"]
    sections = dict.fromkeys(dish["section"] for dish in dishes)
    lists = {
        one: "\n".join([one, *(_line(dish, menu) for dish in dishes if dish["section"] == one)])
        for one in sections
    }
    also = "menu card, whole menu, see the menu, food, dishes, eat, lunch, serve, prices"
    whole = "\n\n".join(lists.values())
    yield Passage(entry="Menu", text=whole, also=also, picture=menu["picture"])
    for section, listed in lists.items():
        yield Passage(entry=section, text=listed, also="what do you have, serve, sell, menu")
    for diet in menu["diets"]:
        fits = [_line(dish, menu) for dish in dishes if diet in dish["diets"]]
        also = (
            f"{diet} dishes, {diet} options, {diet} food, {diet} menu, what is {diet}, I am {diet}"
        )
        yield Passage(entry=f"What is {diet}?", text="\n".join(fits), also=also)
    for allergen in menu["allergens"]:
        yield _allergen(allergen, dishes)
    for dish in dishes:
        yield _dish(dish, menu)


def _line(dish: _Dish, menu: _Menu) -> str:
    name = f"{dish['name']} {dish.get('burmese', '')}".strip()
    return f"{name}, {menu['currency']}{dish['price']}"


def _allergen(allergen: str, dishes: Sequence[_Dish]) -> Passage:
    contain = [dish["name"] for dish in dishes if allergen in dish["allergens"]]
    without = [dish["name"] for dish in dishes if allergen not in dish["allergens"]]
    text = (
        f"With {allergen}: {', '.join(contain) or 'nothing'}.\n"
        f"Without: {', '.join(without) or 'nothing'}.\n"
        "We cook in one kitchen and cannot rule out traces: please tell who serves you."
    )
    also = (
        f"contain {allergen}, without {allergen}, {allergen} free, allergic to {allergen}, allergy"
    )
    return Passage(entry=f"Which dishes contain {allergen}?", text=text, also=also)


def _dish(dish: _Dish, menu: _Menu) -> Passage:
    diets, allergens = dish["diets"], dish["allergens"]
    others = [one for one in menu["allergens"] if one not in allergens]
    fits = ", ".join(f"{one}: {'yes' if one in diets else 'no'}" for one in menu["diets"])
    text = (
        f"{_line(dish, menu)}\n{dish['about']}\n{fits.capitalize()}.\n"
        f"Allergens: {', '.join(allergens) or 'none'}. Without {', '.join(others)}."
    )
    also = f"{dish['about']} price, cost, contain, ingredients, eat, order"
    if "burmese" in dish:
        also = f"{also}, {dish['burmese']}, ဈေးနှုန်း, ဘယ်လောက်လဲ"
    return Passage(entry=dish["name"], text=text, also=also, picture=dish.get("picture"))
