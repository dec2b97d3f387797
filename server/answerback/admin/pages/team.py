"""A site's team: invite, change roles, remove."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from ...accounts import team_store as store
from ...accounts.invitations import Invitations
from ...accounts.team_store import Member
from ...core.emails import EMAIL_LIMIT, read_email
from ...core.roles import ROLES, Role, read_role
from ...db.work import Work
from ...errors import BadRequest, Conflict, NotFound
from ...i18n.catalogue import error_text
from ...runtime import Runtime
from ...web.forms import BoundForm, refused
from ..auth import OwnerAuth, OwnerCall, OwnerView

PATH = "/admin/team/"


class TeamViews:
    """The teams of an owner's sites."""

    LINK = (PATH, "team")

    def __init__(self, runtime: Runtime, auth: OwnerAuth, invitations: Invitations) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._auth = auth
        self._invitations = invitations

    def views(self) -> Mapping[str, Mapping[str, OwnerView]]:
        """Its routes."""
        return {
            PATH: {"GET": self.read},
            f"{PATH}{{site}}/invite/": {"POST": self.invite},
            f"{PATH}{{site}}/role/": {"POST": self.set_role},
            f"{PATH}{{site}}/remove/": {"POST": self.remove},
        }

    async def read(self, call: OwnerCall) -> Response:
        """`GET /admin/team/?site=`: the members of a site's team."""
        wanted, sites = call.query("site")["site"], call.owner.sites
        if wanted and wanted not in sites:
            raise NotFound
        return await self._show(call, wanted or (sites[0] if sites else ""), BoundForm({"site": wanted}), 200)

    async def _show(self, call: OwnerCall, site: str, form: BoundForm, status: int, link: str = "") -> Response:
        members = await self._db.read(lambda: store.members(site)) if site else []
        return self._auth.show(
            call, "team", status=status, title=lambda t: t["title"], chosen=site, form=form, problem=form.problem,
            members=members, roles=ROLES, by_mail=self._invitations.by_mail, link=link, limit=EMAIL_LIMIT,
        )  # fmt: skip

    async def invite(self, call: OwnerCall) -> Response:
        """`POST /admin/team/<site>/invite/` `{email, role, way}`: invites by `mail`, else by a link shown once."""
        site, now, lang = self._site(call), self._clock.now(), self._auth.language(call.request)
        try:
            email, role = read_email(call.form.get("email", "")[: EMAIL_LIMIT + 1]), _role(call)
        except BadRequest as error:
            return await self._show(call, site, refused(call.form, error, error_text(error, lang)), error.status)
        mailed = call.form.get("way") == "mail"

        def work() -> Work[str]:
            invited, path = yield from self._invitations.invite(site, email, role, mailed=mailed, lang=lang)
            yield from call.note(site, now, "invited", "member", email, after=invited.role)
            return path

        path = await self._db.write(work)
        if not path:
            return self._auth.redirect(PATH, {"site": site})
        return await self._show(call, site, BoundForm({"site": site}), 200, self._auth.public_address(path))

    async def set_role(self, call: OwnerCall) -> Response:
        """`POST /admin/team/<site>/role/` `{member, role}`."""
        site, now, role = self._site(call), self._clock.now(), _role(call)

        def work() -> Work[None]:
            member = yield from self._member(site, call.form.get("member", ""))
            if role != "owner":
                yield from self._keep_an_owner(site, member)
            yield from store.set_role(site, member.id, role)
            yield from call.note(site, now, "role", "member", member.email, before=member.role, after=role)

        await self._db.write(work)
        return self._auth.redirect(PATH, {"site": site})

    async def remove(self, call: OwnerCall) -> Response:
        """`POST /admin/team/<site>/remove/` `{member}`: removes a member from the site."""
        site, now = self._site(call), self._clock.now()

        def work() -> Work[None]:
            member = yield from self._member(site, call.form.get("member", ""))
            yield from self._keep_an_owner(site, member)
            yield from store.take_from(site, member.id)
            yield from call.note(site, now, "removed", "member", member.email, before=member.role)

        await self._db.write(work)
        return self._auth.redirect(PATH, {"site": site})

    def _member(self, site: str, id: str) -> Work[Member]:
        """A member who has this site by name. Raises NotFound."""
        member = yield from store.member(site, id)
        if member is None or member.all_sites:
            raise NotFound
        return member

    def _keep_an_owner(self, site: str, member: Member) -> Work[None]:
        """Raises Conflict if no owner would be left."""
        if member.role == "owner" and not (yield from store.owners_left(site, member.id)):
            raise Conflict("not_yours", reason="last_owner")

    def _site(self, call: OwnerCall) -> str:
        key = str(call.request.path_params["site"])
        if key not in call.owner.sites:
            raise NotFound
        return key


def _role(call: OwnerCall) -> Role:
    try:
        return read_role(call.form.get("role", ""))
    except ValueError as error:
        raise BadRequest("validation_failed", f"role: {error}") from None
