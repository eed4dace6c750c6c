"""The kinds of pages that tests in a browser walk through, on the demo data: kind → address."""

from __future__ import annotations

import re

from django.apps import apps
from django.contrib import admin

PUBLIC = {
    "home": "/",
    "people": "/people/",
    "people, filtered": "/people/?status=alumni",
    "people, a problem": "/people/?role=nobody&on=yesterday",
    "person": "/people/yihua-zhang/",
    "person with little": "/people/zihang-liu/",
    "CV": "/people/yihua-zhang/cv/",
    "CV, two pages": "/people/yihua-zhang/cv/?style=two-page",
    "CV, publication list": "/people/yihua-zhang/cv/?style=publications",
    "CV, biosketch": "/people/yihua-zhang/cv/?style=biosketch",
    "group": "/groups/optml/",
    "publications": "/publications/",
    "publications, filtered": "/publications/?venue=neurips&year=2024&award=oral",
    "publications, none found": "/publications/?q=nothing+of+this+name",
    "publications, a problem": "/publications/?year=soon&venue=nowhere",
    "publications as references": "/publications/?style=apa&year=2024",
    "publications within another site": "/embed/publications/?author=yihua-zhang",
    "publication": "/publications/deepzero/",
    "publication without authors": "/publications/phd-proposal-kai-yi/",
    "venues": "/venues/",
    "venue": "/venues/neurips/",
    "topics": "/topics/",
    "topic": "/topics/machine-unlearning/",
    "awards": "/awards/",
    "awards by person": "/awards/?by=person",
    "mentorship": "/mentorship/",
    "figures": "/figures/",
    "news": "/news/",
    "research": "/research/",
    "project": "/research/federated-learning/",
    "search": "/search/?q=zhang",
    "search, none found": "/search/?q=zzzzxq",
    "search, empty": "/search/",
    "own page": "/pages/accessibility/",
    "login": "/login/",
    "nowhere": "/nowhere/",
    "home in Chinese": "/zh-hans/",
    "publications in Chinese": "/zh-hans/publications/?year=2024",
}

# Who has an account sees these too.
MEMBERS = {
    "report": "/report/",
    "my pages": "/my/",
    "help": "/help/?q=photo",
    "guide": "/help/admin/",
}

ADMIN = {
    "index": "/admin/",
    "app": "/admin/people/",
    "people": "/admin/people/person/",
    "people found": "/admin/people/person/?q=zhang&is_published__exact=1",
    "add a person": "/admin/people/person/add/",
    "person": "/admin/people/person/{person}/change/",
    "person, plain": "/admin/people/person/{person}/change/?plain=2",
    "history of a person": "/admin/people/person/{person}/history/",
    "deleting a person": "/admin/people/person/{person}/delete/",
    "sync": "/admin/publications/import/sync/{person}/",
    "import of people": "/admin/people/person/import/",
    "export of people": "/admin/people/person/export/",
    "publications": "/admin/publications/publication/",
    "add a publication": "/admin/publications/publication/add/",
    "publication": "/admin/publications/publication/{publication}/change/",
    "add in a window": "/admin/publications/venue/add/?_popup=1",
    "imports": "/admin/publications/import/",
    "add publications": "/admin/publications/import/add/",
    "awards": "/admin/activities/award/",
    "award": "/admin/activities/award/{award}/change/",
    "mentorships": "/admin/activities/mentorship/",
    "mentorship": "/admin/activities/mentorship/{mentorship}/change/",
    "news": "/admin/activities/newsitem/",
    "news item": "/admin/activities/newsitem/{newsitem}/change/",
    "project": "/admin/activities/project/{project}/change/",
    "grant": "/admin/activities/grant/{grant}/change/",
    "talk": "/admin/activities/talk/{talk}/change/",
    "service": "/admin/activities/service/{service}/change/",
    "lab profile": "/admin/labsite/labprofile/{labprofile}/change/",
    "own pages": "/admin/labsite/page/",
    "add an own page": "/admin/labsite/page/add/",
    "organizations": "/admin/people/organization/",
    "organization": "/admin/people/organization/{organization}/change/",
    "venues": "/admin/publications/venue/",
    "venue": "/admin/publications/venue/{venue}/change/",
    "groups": "/admin/people/group/",
    "group": "/admin/people/group/{group}/change/",
    "membership": "/admin/people/membership/{membership}/change/",
    "position": "/admin/people/position/{position}/change/",
    "education": "/admin/people/education/{education}/change/",
    "authorships": "/admin/publications/authorship/",
    "topic": "/admin/publications/topic/{topic}/change/",
    "merge": "/admin/merge/people.person/?kept={person}&merged={namesake}",
    "merge, choosing": "/admin/merge/people.person/?merged={namesake}",
    "merges": "/admin/merges/",
    "not problems": "/admin/review/dismissed/",
    "sign-in log": "/admin/signing_in/signinevent/",
    "lock-outs": "/admin/signing_in/tries/",
    "account": "/admin/auth/user/{user}/change/",
}

# Which record stands for its kind, where the first is not the best: the others are the first of their model.
CHOSEN = {
    "group": ("people.group", {"slug": "optml"}),
    "person": ("people.person", {"slug": "yihua-zhang"}),
    "namesake": ("people.person", {"slug": "yihua-zhang-2"}),
    "publication": ("publications.publication", {"slug": "unlearners-can-lie"}),
}


def admin_pages(kinds: list[str] | None = None) -> dict[str, str]:
    """The addresses of `ADMIN`, or of some kinds of it, with the keys that the records have by now."""
    models = {model._meta.model_name: model for model in admin.site._registry}
    keys = {name: apps.get_model(label).objects.get(**which).pk for name, (label, which) in CHOSEN.items()}
    filled = {}
    for kind in kinds or ADMIN:
        path = ADMIN[kind]
        for name in set(re.findall(r"{(\w+)}", path)) - keys.keys():
            keys[name] = models[name]._default_manager.order_by("pk").values_list("pk", flat=True).first()
        filled[kind] = path.format(**keys)
    return filled
