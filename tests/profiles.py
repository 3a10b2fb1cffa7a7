"""Build test profiles from only the fields that differ from the defaults."""

from typing import Any

from kubetui.profile.schema.profile import Profile


def profile(**parts: Any) -> Profile:
    return Profile.model_validate(parts)


def network(**fields: Any) -> Profile:
    return profile(network=fields)


def machines(**fields: Any) -> Profile:
    return profile(machines=fields)
