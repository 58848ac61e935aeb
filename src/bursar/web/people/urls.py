"""Addresses of people."""

from django.urls import path

from bursar.web.people import directory, first_run, joining, profile, sign_in, tokens

app_name = "people"
urlpatterns = [
    path("setup/", first_run.setup, name="setup"),
    path("join/", joining.join, name="join"),
    path("sign-on/", sign_in.sign_on, name="sign-on"),
    path("sign-in/cancel/", sign_in.cancel, name="cancel-sign-in"),
    path("profile/", profile.profile, name="profile"),
    path("profile/sessions/<int:pk>/end/", profile.end_session, name="end-session"),
    path("profile/tokens/", tokens.token_list, name="tokens"),
    path("profile/tokens/<int:pk>/revoke/", tokens.revoke, name="revoke-token"),
    path("people/", directory.directory, name="list"),
    path("people/invite/", directory.send_invitation, name="invite"),
    path("people/invitations/<int:pk>/withdraw/", directory.withdraw_invitation, name="withdraw"),
    path("people/<int:pk>/role/", directory.give_role, name="role"),
    path("people/<int:pk>/deactivate/", directory.deactivate_person, name="deactivate"),
    path("people/<int:pk>/reactivate/", directory.reactivate_person, name="reactivate"),
    path("people/<int:pk>/new-password/", directory.offer_password, name="offer-password"),
    path("people/<int:pk>/two-factor/remove/", directory.remove_second_factor, name="remove-two-factor"),
    # In front of the pages of django-allauth at the same addresses:
    path("accounts/login/", sign_in.sign_in, name="login"),
    path("accounts/password/set/", sign_in.no_password, name="no-password"),
]
