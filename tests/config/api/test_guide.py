"""The guide for integrators, as the platform serves it."""

from config.common.api.guide import drawn


def test_the_guide_is_a_page_with_its_commands(client):
    answer = client.get("/api/docs/getting-started/")
    assert answer.status_code == 200
    html = answer.content.decode()
    assert "<h1" in html
    assert "<figcaption>JavaScript</figcaption>" in html
    assert "script" not in answer["Content-Security-Policy"]
    assert "```" not in html


def test_the_description_leads_there(client):
    answer = client.get("/api/schema/")
    assert b"(/api/docs/getting-started/)" in answer.content


def test_everything_written_is_escaped():
    assert "<b>" not in drawn(
        "# <b>\n\n`<b>` [<b>](https://x.example/<b>) *<b>*\n\n```sh\n<b>\n```\n"
    )


def test_links_to_other_guides_lead_to_the_reference():
    assert '<a href="../">reports</a>' in drawn("[reports](api.md#reports)")
    assert '<a href="https://www.example.com/">there</a>' in drawn(
        "[there](https://www.example.com/)"
    )
