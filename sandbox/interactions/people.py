"""Actions of people: commands, autocompletion, buttons, selects and modals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sandbox import serial
from sandbox.entities import Channel, InteractionType, Message, User
from sandbox.interactions import command_options, component_values
from sandbox.interactions.command_options import CommandPath
from sandbox.interactions.invoker import Invoker, invoker_in
from sandbox.interactions.lifecycle import Interactions
from sandbox.interactions.resolved import ResolvedData
from sandbox.message_json import message_json
from sandbox.outcome import Choice, Modal, Refused, Response
from sandbox.world import World

UserLike = User | int
ChannelLike = Channel | int
MessageLike = Message | int


class People:
    """Sends the interactions that Discord's client would send for actions of people.

    All methods raise Refused, and send nothing, for what the client would not allow. Those that
    wait for an answer return at the bot's first callback, and raise InteractionFailed when none
    came in time. Users, channels and messages are given as objects or ids.
    """

    def __init__(self, world: World, interactions: Interactions) -> None:
        self.world = world
        self.interactions = interactions

    def _user(self, who: UserLike) -> User:
        user = self.world.users.get(who.id if isinstance(who, User) else who)
        if user is None:
            raise Refused(f"there is no user {who!r}")
        return user

    def _channel(self, where: ChannelLike) -> Channel:
        number = where.id if isinstance(where, Channel) else where
        channel = self.world.channels.get(number)
        if channel is None:
            raise Refused(f"there is no channel {number} (any more)")
        return channel

    def _message(self, user: User, which: MessageLike) -> Message:
        """The current message, if the person sees it."""
        number = which.id if isinstance(which, Message) else which
        message = self.world.ephemerals.get(number)
        if message is not None and message.ephemeral_for == user.id:
            return message
        where = which.channel_id if isinstance(which, Message) else self._channel_of(number)
        channel = self.world.channels.get(where)
        if channel is None or number not in channel.messages:
            raise Refused(f"{user.name} sees no message {number}")
        return channel.messages[number]

    def _channel_of(self, message_id: int) -> int:
        channels = self.world.channels.values()
        return next((one.id for one in channels if message_id in one.messages), 0)

    def _invoker(self, user: UserLike, channel: ChannelLike) -> Invoker:
        return invoker_in(self.world, self._user(user), self._channel(channel))

    def install_for(self, user: UserLike) -> None:
        """Install the application for a user: its commands are then available to them in every
        guild and private channel, as far as the commands allow."""
        self.world.own_installs.add(self._user(user).id)

    def commands_for(self, user: UserLike, channel: ChannelLike) -> list[dict[str, Any]]:
        """The commands that Discord's client offers to the user there, as registered."""
        offered = command_options.offered(self._invoker(user, channel))
        return [serial.command_json(command) for command in offered]

    async def command(
        self, user: UserLike, channel: ChannelLike, name: str, /, **options: Any
    ) -> Response:
        """Send a slash command; `name` includes group and subcommand: ``"interviews search"``.

        Options are values, or objects or ids for options of users, roles and channels.
        """
        invoker = self._invoker(user, channel)
        path = command_options.find(invoker, name)
        resolved = ResolvedData(invoker)
        filled = command_options.filled(path, options, resolved)
        return await self.interactions.send(
            invoker,
            InteractionType.COMMAND,
            _command_data(path, filled, resolved),
            owners=invoker.owners(path.command),
        )

    async def apply(self, user: UserLike, message: MessageLike, name: str) -> Response:
        """Choose a command of the application in a message's menu (Apps)."""
        person = self._user(user)
        target = self._message(person, message)
        invoker = self._invoker(person, target.channel_id)
        command = command_options.for_messages(invoker, name)
        data: dict[str, Any] = {
            "id": str(command.id),
            "name": command.name,
            "type": command.type,
            "target_id": str(target.id),
            "resolved": {"messages": {str(target.id): message_json(self.world, target)}},
        }
        return await self.interactions.send(
            invoker, InteractionType.COMMAND, data, owners=invoker.owners(command)
        )

    async def autocomplete(
        self,
        user: UserLike,
        channel: ChannelLike,
        name: str,
        /,
        *,
        focused: str,
        **options: Any,
    ) -> list[Choice]:
        """Type into the option `focused`, whose text so far is among `options`."""
        invoker = self._invoker(user, channel)
        path = command_options.find(invoker, name)
        resolved = ResolvedData(invoker)
        filled = command_options.filled(path, options, resolved, focused=focused)
        response = await self.interactions.send(
            invoker,
            InteractionType.AUTOCOMPLETE,
            _command_data(path, filled, resolved),
            owners=invoker.owners(path.command),
            option=dict(path.spec(focused)),
        )
        return response.choices

    async def press(
        self,
        user: UserLike,
        message: MessageLike,
        custom_id: str | None = None,
        *,
        label: str | None = None,
    ) -> Response:
        """Press a button, given by its custom_id or its label."""
        person = self._user(user)
        target = self._usable(person, message)
        button = component_values.find_button(target.components, custom_id, label)
        return await self._use(person, target, button)

    async def choose(
        self, user: UserLike, message: MessageLike, custom_id: str, values: Sequence[Any]
    ) -> Response:
        """Choose values of a string select; objects or ids in other selects."""
        person = self._user(user)
        target = self._usable(person, message)
        select = component_values.find_select(target.components, custom_id)
        resolved = ResolvedData(self._invoker(person, target.channel_id))
        data: dict[str, Any] = {"values": component_values.chosen(select, values, resolved)}
        if resolved.objects:
            data["resolved"] = resolved.objects
        return await self._use(person, target, select, **data)

    def _usable(self, person: User, which: MessageLike) -> Message:
        """The message, if its components belong to the application."""
        message = self._message(person, which)
        application = self.world.application
        if application.id not in (message.author.id, message.application_id):
            raise Refused(f"the message {message.id} is not {application.name}'s own")
        return message

    async def _use(
        self, person: User, message: Message, component: dict[str, Any], **data: Any
    ) -> Response:
        invoker = self._invoker(person, message.channel_id)
        identity = {
            "id": component["id"],
            "component_type": component["type"],
            "custom_id": component["custom_id"],
        }
        return await self.interactions.send(
            invoker,
            InteractionType.COMPONENT,
            identity | data,
            owners=_owners(message) or invoker.installed,
            message=message,
        )

    async def submit(self, user: UserLike, modal: Modal, fields: dict[str, Any]) -> Response:
        """Submit a modal; `fields` by custom_id, of selects as lists."""
        person = self._user(user)
        opened = self.interactions.modals.get(modal.interaction_id)
        if opened is None or opened.user is not person:
            raise Refused(f"{person.name} has no such modal open")
        invoker = self._invoker(person, modal.channel_id)
        resolved = ResolvedData(invoker)
        data: dict[str, Any] = {
            "custom_id": opened.modal.custom_id,
            "components": component_values.submitted(opened.modal, fields, resolved),
        }
        if resolved.objects:
            data["resolved"] = resolved.objects
        source = opened.source
        response = await self.interactions.send(
            invoker,
            InteractionType.SUBMIT,
            data,
            owners=_owners(source) or invoker.installed,
            message=source,
        )
        self.interactions.modals.pop(modal.interaction_id, None)
        return response


def _command_data(
    path: CommandPath, options: list[dict[str, Any]], resolved: ResolvedData
) -> dict[str, Any]:
    command = path.command
    data: dict[str, Any] = {
        "id": str(command.id),
        "name": command.name,
        "type": command.type,
        "options": path.nested(options),
    }
    if resolved.objects:
        data["resolved"] = resolved.objects
    if command.guild_id is not None:
        data["guild_id"] = str(command.guild_id)
    return data


def _owners(message: Message | None) -> dict[str, str] | None:
    """Those of the interaction that made the message, if one did."""
    metadata = (message.interaction_metadata if message is not None else None) or {}
    owners: dict[str, str] | None = metadata.get("authorizing_integration_owners")
    return owners
