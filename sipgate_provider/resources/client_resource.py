"""The base class of both hosts' resources: properties, constructor, and constructors for common clients.

Programs use Python's names, and the state has the API's. Rules are in `clients`. A program sends every default itself:
some depend on the names of resource and stack, which the dynamic host's plugin does not know, and `pulumi refresh
--run-program` shows what only the provider adds as removed.

The resources of the two hosts are registered in different ways, and are otherwise the same for a program. The base
class has their name, since Python names the class that defines a method when an argument of it is wrong.

Resource options are examined as the program's own transformations leave them. The engine applies a component's options
and the newer transforms by itself, and tells nobody.
"""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import pulumi

from sipgate_provider.clients.browsers import origins_of
from sipgate_provider.clients.owner import default_description
from sipgate_provider.clients.rules import refused_ignore

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["OAuthClient", "aliases"]

_API_NAMES = {
    "client_id": "clientId",
    "client_secret": "clientSecret",
    "redirect_uris": "redirectUris",
    "web_origins": "webOrigins",
    "privacy_url": "privacyUrl",
    "terms_url": "termsUrl",
}
_INPUTS = ("name", "description", "redirect_uris", "web_origins", "privacy_url", "terms_url")
# The redirect URI of the Webphone, according to sipgate's documentation.
_WEBPHONE = "https://phone.sipgate.com/*"
_PYTHON_NAMES = {api: python for python, api in _API_NAMES.items()}


class OAuthClient(pulumi.CustomResource):
    """An OAuth 2.0 client in a sipgate account.

    Deleting one ends every log-in made through it, for good: `protect=True` in `opts` guards against that.

    Attributes:
        client_id: The id that applications present when they ask for a log-in.
        client_secret: The client's secret; always secret in Pulumi's state and output.
        name: The name that people see when they log in.
        description: A note for colleagues.
        redirect_uris: Where a browser may be sent after log-in or log-out.
        web_origins: Origins whose pages may call the API (CORS).
        privacy_url: The privacy policy shown at log-in; empty for none.
        terms_url: The terms of service shown at log-in; empty for none.
    """

    # Whether the host compares property by property, which `replace_on_changes` needs.
    _replaces_on_changes: ClassVar[bool]
    _options: pulumi.ResourceOptions

    client_secret: pulumi.Output[str]
    name: pulumi.Output[str]
    description: pulumi.Output[str]
    redirect_uris: pulumi.Output[list[str]]
    web_origins: pulumi.Output[list[str]]
    privacy_url: pulumi.Output[str]
    terms_url: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        redirect_uris: pulumi.Input[Sequence[pulumi.Input[str]]],
        name: pulumi.Input[str] | None = None,
        description: pulumi.Input[str] | None = None,
        web_origins: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        privacy_url: pulumi.Input[str] | None = None,
        terms_url: pulumi.Input[str] | None = None,
        account: str | None = None,
    ) -> None:
        """Declares the client.

        Args:
            resource_name: The resource's logical name in the stack.
            opts: Pulumi's resource options.
            redirect_uris: Where a browser may be sent after log-in or log-out. Simple wildcards are allowed:
                `https://app.example.com/*`, `https://*.example.com/*`. At least one; the order means nothing.
            name: What people see when they log in; by default `resource_name`.
            description: A note for colleagues; by default "Managed by Pulumi: <project>/<stack>".
            web_origins: Origins whose pages may call the API (CORS), as in `https://app.example.com`; by default
                none. Simple wildcards are allowed; the order means nothing.
            privacy_url: The privacy policy shown at log-in; by default none.
            terms_url: The terms of service shown at log-in; by default none.
            account: Which account's settings to use: "eu" reads `sipgate-eu:` and `SIPGATE_EU_…`. By default the
                usual ones.
        """
        owner = default_description(pulumi.get_project(), pulumi.get_stack())
        properties = {
            "name": _or_default(name, resource_name),
            "description": _or_default(description, owner),
            "redirect_uris": redirect_uris,
            "web_origins": _or_default(web_origins, []),
            "privacy_url": _or_default(privacy_url, ""),
            "terms_url": _or_default(terms_url, ""),
        }
        self._options = opts or pulumi.ResourceOptions()
        _refuse_ignored_entries(resource_name, self._options)
        self._declare(resource_name, properties, opts, account)
        for warning in self._warnings(self._options):
            pulumi.log.warn(warning, self)

    def _get_providers(
        self, t: str, pkg: str | None, opts: pulumi.ResourceOptions
    ) -> tuple[pulumi.ProviderResource | None, Mapping[str, pulumi.ProviderResource]]:
        # The SDK calls it after the transformations and before the registration, where it calls no public method.
        _refuse_ignored_entries(self._name, opts)
        self._options = opts
        return super()._get_providers(t, pkg, opts)

    def _warnings(self, opts: pulumi.ResourceOptions) -> Iterator[str]:
        """Warnings of options that leave a client at sipgate which nobody manages, or end log-ins without need.

        `retain_on_delete` alone is what a program sets to hand a client over, so only replacements make it doubtful.
        """
        if opts.deleted_with is not None:
            yield (
                "If Pulumi deletes the resource of `deleted_with`, it forgets this client without deleting it, and the "
                "client's secret stays valid at sipgate. Leave `deleted_with` out."
            )
        replaces = bool(opts.replace_on_changes) and self._replaces_on_changes
        if opts.replace_on_changes and not replaces:
            yield (
                "`replace_on_changes` has no effect with the dynamic provider, which changes every property in place. "
                "Leave it out."
            )
        if opts.retain_on_delete:
            # Older SDKs lack the last two options.
            others = (getattr(opts, name, None) for name in ("replacement_trigger", "replace_with"))
            if replaces or opts.delete_before_replace or any(one is not None for one in others):
                yield (
                    "With `retain_on_delete`, a replacement leaves the old client at sipgate with a valid secret and "
                    "without a stack that manages it. Leave the option out, or delete old clients with "
                    "`sipgate-provider delete <clientId>`."
                )
            return
        if replaces:
            yield (
                "`replace_on_changes` replaces this client where an update would do, which ends every log-in made "
                "through the old one. Leave it out."
            )
        if opts.delete_before_replace:
            yield (
                "With `delete_before_replace`, a replacement deletes the old client before the new one exists, and "
                "nobody can log in meanwhile. Leave it out."
            )

    @classmethod
    def for_webphone(
        cls,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        embedded_in: pulumi.Input[Sequence[pulumi.Input[str]]],
        name: pulumi.Input[str] | None = None,
        description: pulumi.Input[str] | None = None,
        privacy_url: pulumi.Input[str] | None = None,
        terms_url: pulumi.Input[str] | None = None,
        account: str | None = None,
    ) -> Self:
        """Declares the client of a sipgate Webphone that is embedded in your own pages.

            phone = sipgate.OAuthClient.for_webphone(
                "phone",
                embedded_in=["https://intranet.example.com"],
            )

        Args:
            resource_name: The resource's logical name in the stack.
            opts: Pulumi's resource options.
            embedded_in: The origins of every site that embeds the Webphone, as in `https://intranet.example.com`
                or `https://*.example.com`.
            name: What people see when they log in; by default `resource_name`.
            description: A note for colleagues; by default "Managed by Pulumi: <project>/<stack>".
            privacy_url: The privacy policy shown at log-in; by default none.
            terms_url: The terms of service shown at log-in; by default none.
            account: Which account's settings to use: "eu" reads `sipgate-eu:` and `SIPGATE_EU_…`. By default the
                usual ones.
        """
        return cls(
            resource_name,
            opts,
            redirect_uris=[_WEBPHONE],
            web_origins=embedded_in,
            name=name,
            description=description,
            privacy_url=privacy_url,
            terms_url=terms_url,
            account=account,
        )

    @classmethod
    def for_browser_app(
        cls,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        redirect_uris: pulumi.Input[Sequence[pulumi.Input[str]]],
        web_origins: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        name: pulumi.Input[str] | None = None,
        description: pulumi.Input[str] | None = None,
        privacy_url: pulumi.Input[str] | None = None,
        terms_url: pulumi.Input[str] | None = None,
        account: str | None = None,
    ) -> Self:
        """Declares the client of an application that logs in and uses sipgate's REST API in the browser.

            app = sipgate.OAuthClient.for_browser_app(
                "app",
                redirect_uris=["https://app.example.com/*"],
            )

        Args:
            resource_name: The resource's logical name in the stack.
            opts: Pulumi's resource options.
            redirect_uris: The application's addresses, as in `https://app.example.com/*`.
            web_origins: Its origins, needed by a page that fetches its own tokens. By default those of
                `redirect_uris`: `https://app.example.com` for `https://app.example.com/*`.
            name: What people see when they log in; by default `resource_name`.
            description: A note for colleagues; by default "Managed by Pulumi: <project>/<stack>".
            privacy_url: The privacy policy shown at log-in; by default none.
            terms_url: The terms of service shown at log-in; by default none.
            account: Which account's settings to use: "eu" reads `sipgate-eu:` and `SIPGATE_EU_…`. By default the
                usual ones.
        """
        return cls(
            resource_name,
            opts,
            redirect_uris=redirect_uris,
            web_origins=_origins_of(redirect_uris) if web_origins is None else web_origins,
            name=name,
            description=description,
            privacy_url=privacy_url,
            terms_url=terms_url,
            account=account,
        )

    @classmethod
    def get(
        cls,
        resource_name: str,
        id: pulumi.Input[str],  # noqa: A002  the name that every Pulumi resource has for it
        opts: pulumi.ResourceOptions | None = None,
        *,
        account: str | None = None,
    ) -> Self:
        """Reads an existing client without managing it: Pulumi never changes or deletes it.

            client_id = "2556404-0-dc848ae6-085c-11e8-92a6-31b99c83912e"
            crm = sipgate.OAuthClient.get("crm", client_id)

        Args:
            resource_name: The resource's logical name in the stack.
            id: The client's id.
            opts: Pulumi's resource options.
            account: Which account's settings to use; by default the usual ones.
        """
        client = cls.__new__(cls)
        reading = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id))
        client._declare(resource_name, dict.fromkeys(_INPUTS), reading, account)  # noqa: SLF001  a method of this class
        return client

    @property
    def client_id(self) -> pulumi.Output[str]:
        """The id that applications present when they ask for a log-in, which is also the resource's id."""
        return self.id

    @abstractmethod
    def _declare(
        self,
        resource_name: str,
        properties: dict[str, Any],
        opts: pulumi.ResourceOptions | None,
        account: str | None,
    ) -> None:
        """Registers the resource with the engine."""

    def translate_input_property(self, prop: str) -> str:
        """Returns the API's name of a Python property."""
        return _API_NAMES.get(prop, prop)

    def translate_output_property(self, prop: str) -> str:
        """Returns the Python name of an API property."""
        return _PYTHON_NAMES.get(prop, prop)


def _refuse_ignored_entries(resource_name: str, opts: pulumi.ResourceOptions) -> None:
    if reason := refused_ignore(opts.ignore_changes or ()):
        raise pulumi.RunError(f"OAuthClient {resource_name!r}: {reason}")


def _or_default(value: pulumi.Input[Any] | None, default: object) -> Any:
    """The value, or the default where it is None or an Output of None."""
    if value is None or isinstance(value, str | list | tuple):
        return default if value is None else value
    found: pulumi.Output[Any] = pulumi.Output.from_input(value)
    return found.apply(lambda known: default if known is None else known)


def _origins_of(
    redirect_uris: pulumi.Input[Sequence[pulumi.Input[str]]],
) -> pulumi.Input[Sequence[pulumi.Input[str]]]:
    if isinstance(redirect_uris, list | tuple) and all(
        isinstance(uri, str) for uri in redirect_uris
    ):
        return origins_of(str(uri) for uri in redirect_uris)
    found: pulumi.Output[Any] = pulumi.Output.from_input(redirect_uris)
    return found.apply(lambda uris: origins_of(uri for uri in uris or () if isinstance(uri, str)))


def aliases(opts: pulumi.ResourceOptions | None, other: str) -> list[pulumi.Alias]:
    """The aliases by which Pulumi finds the same resource of the other host, whose type token is `other`.

    Each of the user's own aliases may name a resource of the other host as well.
    """
    found = [pulumi.Alias(type_=other)]
    own = opts.aliases if opts else None
    for alias in own if isinstance(own, list | tuple) else ():
        if isinstance(alias, pulumi.Alias) and not isinstance(alias.type_, str):
            of_other = copy.copy(alias)
            of_other.type_ = other
            found.append(of_other)
    return found
