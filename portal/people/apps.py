"""Accounts and the organisation, as a Django app."""

from importlib import import_module

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Accounts and the organisation."""

    name = "portal.people"
    label = "people"

    def ready(self) -> None:
        """Blur the instants that allauth writes beside names, and register what is sealed."""
        adapters = import_module("portal.people.adapters")
        mfa = import_module("allauth.mfa.signals")
        social = import_module("allauth.socialaccount.signals")
        register_resealer = import_module("portal.vault.services").register_resealer
        for signal in (
            mfa.authenticator_added,
            mfa.authenticator_reset,
            mfa.authenticator_used,
        ):
            signal.connect(adapters.blur_authenticator, dispatch_uid="people.blur")
        for signal in (social.social_account_added, social.social_account_updated):
            signal.connect(adapters.blur_social_account, dispatch_uid="people.blur")
        register_resealer("second factors", adapters.reseal_second_factors)
