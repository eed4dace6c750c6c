"""The parts of a template that are no content: one line of the report for each folder. Pure."""

from __future__ import annotations

import re

from labsite.site_import.account import Account
from labsite.site_import.folder import SiteFolder
from labsite.site_import.records import Place

TEMPLATE = "it belongs to the template"
FOLDERS = (
    "_includes", "_layouts", "_sass", "_plugins", "_scripts", "_styles", "_cite", "_tabs", "bin", "scripts",
    "testbot", ".github", ".devcontainer", ".docker", ".vscode", ".idea", ".circleci", "markdown_generator",
    "talkmap", "assets/css", "assets/js", "assets/fonts", "assets/libs", "assets/webfonts", "assets/scss",
    "assets/jupyter", "assets/bibliography", "assets/plotly", "assets/html", "assets/icons", "css", "js", "fonts",
    "lighthouse_results", "readme_preview", "layouts", "archetypes", "themes", "i18n", "resources", "static/css",
    "static/js", "docs", "test", "tests", "exampleSite", "_pages/dropdown", "images/themes", "_data/comments",
    ".tina", "tina", ".netlify", ".claude",
)  # fmt: skip
FILES = re.compile(
    r"(?:.*/)?(?:\.[^/]+|Gemfile(?:\.lock)?|Rakefile|Makefile|Dockerfile|Procfile|go\.(?:mod|sum)|Pipfile(?:\.lock)?"
    r"|(?:docker-compose|netlify|vercel|renovate|purgecss|prettier|babel|postcss|tailwind|webpack|tsconfig)[\w.-]*"
    r"|package(?:-lock)?\.json|pnpm-(?:lock|workspace)\.yaml|yarn\.lock|theme\.toml|hugo_stats\.json|.*\.gemspec|.*\.ipynb"
    r"|.*\.(?:s?css|sass|less|js|mjs|ts|map|woff2?|ttf|eot|otf|py|rb|sh|r|rproj|liquid|cff|lock|xsl)"
    r"|(?:README|LICENSE|CONTRIBUTING|CHANGELOG|CUSTOMIZE|INSTALL|FAQ|CODE_OF_CONDUCT|SECURITY|TROUBLESHOOTING|QUICKSTART"
    r"|ANALYTICS|SEO|AGENTS|CLAUDE|DISCLAIMER|LICENCE)(?:[.-][\w.-]*)?|requirements[\w-]*\.txt|robots\.txt|CNAME|favicon[\w.-]*"
    r"|(?:feed|atom|sitemap|rss|search|opensearch)\.(?:xml|json)|site\.webmanifest|browserconfig\.xml|manifest\.json"
    r"|talkmap[\w.-]*|index\.json|_redirects|_headers)\Z",
    re.IGNORECASE,
)
DATA = {
    "_data/navigation.yml": "this site makes its own navigation",
    "_data/ui-text.yml": "words of the template",
    "_data/authors.yml": "names for the template's posts",
    "_data/types.yaml": "names and signs of the template's links",
    "_data/featured_plugins.yml": "it belongs to the template",
    "_config.dev.yml": "settings for building the template",
    "_config_docker.yml": "settings for building the template",
    "_config.docker.yml": "settings for building the template",
    "_data/theme.yml": "it tells the template how to draw the site",
}


def leave_template(folder: SiteFolder) -> None:
    """Reports what nobody took and what belongs to the template, so that it is not listed file by file."""
    account = folder.account
    for name in FOLDERS:
        leave_folder(account, name, TEMPLATE)
    for path, reason in DATA.items():
        if path in folder and path not in account.taken:
            account.leave(Place(path), "", reason)
    for path in folder.paths:
        if path not in account.taken and FILES.fullmatch(path):
            account.leave(Place(path), "", TEMPLATE)


def leave_folder(account: Account, name: str, reason: str, apart: str = "") -> None:
    """One line for all files below a folder that nobody took, those below its folder `apart` excepted."""
    rest = [path for path in account.paths if path.startswith(f"{name}/") and path not in account.taken]
    is_within = apart.startswith(f"{name}/")
    rest = [path for path in rest if not (is_within and path.startswith(f"{apart}/"))]
    if rest:
        account.leave(Place(name), f"{len(rest)} files" if len(rest) > 1 else rest[0], reason)
        account.taken.update(rest)
