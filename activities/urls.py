"""`/awards/`, `/mentorship/`, `/news/`, `/research/…`, `/figures/…` and `/report/…`."""

from django.urls import path

from activities import feeds
from activities.views import figures, lineage, pages, report

app_name = "activities"
urlpatterns = [
    path("awards/", pages.awards, name="awards"),
    path("mentorship/", lineage.mentorship, name="mentorship"),
    path("mentorship/tree.svg", lineage.tree_svg, name="tree_svg"),
    path("figures/", figures.figures, name="figures"),
    path("figures/<slug:name>.svg", figures.figure_svg, name="figure_svg"),
    path("figures/<slug:name>.csv", figures.figure_csv, name="figure_csv"),
    path("report/", report.report, name="report"),
    path("report/report.<slug:ending>", report.report_file, name="report_file"),
    path("news/", pages.news, name="news"),
    path("feeds/news.atom", feeds.news, name="news_feed"),
    path("research/", pages.research, name="research"),
    path("research/<slug:slug>/", pages.project, name="project"),
]
