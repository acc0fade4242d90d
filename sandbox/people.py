"""What people do: they type commands, press buttons, choose, and fill in modals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sandbox import fields, options, serial
from sandbox.entities import Channel, Message, User
from sandbox.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, SUBMIT, Interactions
from sandbox.outcome import Choice, Modal, Refused, Response
from sandbox.place import Place, Resolved, stand
from sandbox.world import World

UserLike = User | int
ChannelLike = Channel | int
MessageLike = Message | int


class People:
    """The acts of people, each sent as the interaction that Discord's client would send.

    Whatever the client would not let them do raises Refused, and nothing is sent.
    """

    def __init__(self, world: World, interactions: Interactions) -> None:
        self._world = world
        self._interactions = interactions

    def user(self, who: UserLike) -> User:
        user = self._world.users.get(who.id if isinstance(who, User) else who)
        if user is None:
            raise Refused(f"there is no user {who!r}")
        return user

    def channel(self, where: ChannelLike) -> Channel:
        number = where.id if isinstance(where, Channel) else where
        channel = self._world.channels.get(number)
        if channel is None:
            raise Refused(f"there is no channel {number} (any more)")
        return channel

    def message(self, user: User, which: MessageLike) -> Message:
        """The message as it is now, if the person sees it."""
        number = which.id if isinstance(which, Message) else which
        message = self._world.ephemerals.get(number)
        if message is not None and message.ephemeral_for == user.id:
            return message
        where = which.channel_id if isinstance(which, Message) else self._channel_of(number)
        channel = self._world.channels.get(where)
        if channel is None or number not in channel.messages:
            raise Refused(f"{user.name} sees no message {number}")
        return channel.messages[number]

    def _channel_of(self, message_id: int) -> int:
        for channel in self._world.channels.values():
            if message_id in channel.messages:
                return channel.id
        return 0

    def place(self, user: User, channel: Channel) -> Place:
        return stand(self._world, user, channel, self._world.own_installs)

    def commands_for(self, user: UserLike, channel: ChannelLike) -> list[dict[str, Any]]:
        """The commands that Discord's client shows the person there, as registered."""
        place = self.place(self.user(user), self.channel(channel))
        return [serial.command_json(command) for command in options.offered(place)]

    async def command(
        self, user: UserLike, channel: ChannelLike, name: str, values: dict[str, Any]
    ) -> Response:
        place = self.place(self.user(user), self.channel(channel))
        called = options.find(place, name)
        resolved = Resolved(place)
        filled = options.filled(called, values, resolved)
        data = _command_data(called, filled, resolved)
        owners = place.owners(called.command)
        return await self._interactions.ask(place, COMMAND, data, owners=owners)

    async def context_menu(
        self, user: UserLike, channel: ChannelLike, name: str, target: User | Message
    ) -> Response:
        person = self.user(user)
        place = self.place(person, self.channel(channel))
        command = options.find_menu(place, name, 2 if isinstance(target, User) else 3)
        resolved = Resolved(place)
        if isinstance(target, User):
            number = resolved.user(target)
        else:
            message = self.message(person, target)
            number = resolved.message(serial.message_json(self._world, message))
        data = {
            "id": str(command.id),
            "name": command.name,
            "type": command.type,
            "target_id": number,
            "resolved": resolved.found,
        }
        if command.guild_id is not None:
            data["guild_id"] = str(command.guild_id)
        owners = place.owners(command)
        return await self._interactions.ask(place, COMMAND, data, owners=owners)

    async def autocomplete(
        self,
        user: UserLike,
        channel: ChannelLike,
        name: str,
        focused: str,
        values: dict[str, Any],
    ) -> list[Choice]:
        place = self.place(self.user(user), self.channel(channel))
        called = options.find(place, name)
        resolved = Resolved(place)
        typed = options.typing(called, focused, values, resolved)
        response = await self._interactions.ask(
            place,
            AUTOCOMPLETE,
            _command_data(called, typed, resolved),
            owners=place.owners(called.command),
            option=dict(called.spec(focused)),
        )
        return response.choices

    async def press(
        self,
        user: UserLike,
        message: MessageLike,
        custom_id: str | None,
        label: str | None,
    ) -> Response:
        person = self.user(user)
        target = self._usable(person, message)
        button = fields.find_button(target.components, custom_id, label)
        data = {
            "id": button["id"],
            "component_type": button["type"],
            "custom_id": button["custom_id"],
        }
        return await self._use(person, target, data)

    async def choose(
        self, user: UserLike, message: MessageLike, custom_id: str, values: Sequence[Any]
    ) -> Response:
        person = self.user(user)
        target = self._usable(person, message)
        select = fields.find_select(target.components, custom_id)
        resolved = Resolved(self.place(person, self.channel(target.channel_id)))
        data = {
            "id": select["id"],
            "component_type": select["type"],
            "custom_id": custom_id,
            "values": fields.chosen(select, values, resolved),
        }
        if resolved.found:
            data["resolved"] = resolved.found
        return await self._use(person, target, data)

    def _usable(self, person: User, which: MessageLike) -> Message:
        """The message, if its components lead to the application."""
        message = self.message(person, which)
        application = self._world.application
        if application.id not in (message.author.id, message.application_id):
            raise Refused(f"the message {message.id} is not {application.name}'s own")
        return message

    async def _use(self, person: User, message: Message, data: dict[str, Any]) -> Response:
        place = self.place(person, self.channel(message.channel_id))
        owners = _owners(message) or place.installed
        return await self._interactions.ask(place, COMPONENT, data, owners=owners, message=message)

    async def submit(self, user: UserLike, modal: Modal, given: dict[str, Any]) -> Response:
        person = self.user(user)
        opened = self._interactions.modals.get(modal.interaction_id)
        if opened is None or opened.user is not person:
            raise Refused(f"{person.name} has no such modal open")
        place = self.place(person, self.channel(modal.channel_id))
        resolved = Resolved(place)
        data: dict[str, Any] = {
            "custom_id": opened.modal.custom_id,
            "components": fields.sent(opened.modal, given, resolved),
        }
        if resolved.found:
            data["resolved"] = resolved.found
        source = opened.source
        owners = (_owners(source) if source is not None else None) or place.installed
        response = await self._interactions.ask(place, SUBMIT, data, owners=owners, message=source)
        self._interactions.modals.pop(modal.interaction_id, None)
        return response


def _command_data(
    called: options.Called, filled: list[dict[str, Any]], resolved: Resolved
) -> dict[str, Any]:
    command = called.command
    data: dict[str, Any] = {
        "id": str(command.id),
        "name": command.name,
        "type": command.type,
        "options": called.nested(filled),
    }
    if resolved.found:
        data["resolved"] = resolved.found
    if command.guild_id is not None:
        data["guild_id"] = str(command.guild_id)
    return data


def _owners(message: Message) -> dict[str, str] | None:
    """Those of the interaction that made the message, when one did."""
    metadata = message.interaction_metadata or {}
    owners: dict[str, str] | None = metadata.get("authorizing_integration_owners")
    return owners
