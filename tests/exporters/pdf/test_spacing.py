"""Thin spaces between Chinese and Latin on paper."""

from __future__ import annotations

import pytest

from exporters.pdf.setting.cjk_spacing import THIN, add_thin_spaces


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("Docker是容器平台", "Docker|是容器平台"),
        ("等10秒，约50%的请求", "等|10|秒，约|50%|的请求"),
        ("<p>用<strong>Nginx</strong>做<a href='x的y'>反向代理proxy</a></p>",
         "<p>用|<strong>Nginx</strong>|做<a href='x的y'>反向代理|proxy</a></p>"),
        ("端<a><b>x</b></a><b>中</b>、<b>中</b><i>1</i>",
         "端|<a><b>x</b></a>|<b>中</b>、<b>中</b><i>1</i>"),
        ("端<span><span>1</span>中</span>", "端|<span><span>1</span>|中</span>"),
        ("<pre>ps的aux</pre>看pid", "<pre>ps的aux</pre>看|pid"),
        ("用<code>ps的a</code>看", "用<code>ps的a</code>看"),
        ("<li>中</li><li>en</li>", "<li>中</li><li>en</li>"),
        ("已经 有space，「quoted」。", "已经 有|space，「quoted」。"),
        ("x &lt;是&gt; y", "x &lt;是&gt; y"),
    ],
)  # fmt: skip
def test_a_thin_space_stands_where_the_scripts_meet_and_nowhere_else(html: str, shown: str) -> None:
    assert add_thin_spaces(html).replace(THIN, "|") == shown
