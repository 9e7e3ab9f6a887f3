"""A deck built by hand: every kind, every part and every hole, for the tests of all exporters.

It says what `render` says, without running it, so that an exporter can be tested alone. Each
question, answer and part is written so that its sentences are found nowhere else in the deck.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from deckpress.model import (
    Asset,
    Card,
    CardKind,
    ClozeEnd,
    ClozeStart,
    Deck,
    Html,
    LinkEnd,
    LinkStart,
    Math,
    Meta,
    Option,
    Part,
    PartName,
    Picture,
    Section,
    Version,
)

_FIXTURES = Path(__file__).parent / "fixtures"

VERSION = Version("1.2.3-dev+0a1b2c3d", {"docker-what-is": 1_700_000_000}, 1_700_000_000)
RELEASE = Version(
    "1.2.3", {"docker-what-is": 1_700_000_000}, 1_700_000_000, release=True, month="2023-11"
)

# What a learner copies out of an output has to be this, to the letter.
CODE = {
    "nginx": (
        "upstream app {\n    least_conn;\n    server 10.0.0.11:8001 weight=3;\n"
        "    server 10.0.0.12:8001 backup;\n}"
    ),
    "python": (
        'class Pool:\n    def __init__(self, size: int = 4) -> None:\n        """连接池。"""\n'
        "        self.size = size\n\n    def ok(self, n: int) -> bool:\n"
        "        return n != 0 and n <= self.size and n >= 1 or n == -1"
    ),
    "shell": (
        "docker run --rm -it --name web -p 8080:80 -v /srv/www:/usr/share/nginx/html:ro "
        "--memory 256m --cpus 0.5 --restart unless-stopped registry.example.org/team/web:1.4.2"
    ),
}


class Kept(dict[bytes, bytes]):
    """A memo that forgets nothing, and says what is in it."""

    def put(self, key: bytes, value: bytes) -> None:
        self[key] = value


def card(
    id: str,
    question: str | Html,
    *short: str | Html,
    kind: CardKind = CardKind.BASIC,
    section: str = "docker",
    title: str = "",
    lead: Html = (),
    options: tuple[Option, ...] = (),
    steps: tuple[Html, ...] = (),
    parts: tuple[Part, ...] = (),
    tags: tuple[str, ...] = ("concept",),
    level: int | None = 1,
    tier: str | None = "core",
    retired: bool = False,
) -> Card:
    """A card with sensible rest: strings are HTML, and several `short` ones are joined."""
    asked = (question,) if isinstance(question, str) else question
    answer: Html = ()
    for piece in short:
        answer += (piece,) if isinstance(piece, str) else piece
    if not title:
        title = "".join(piece for piece in asked if isinstance(piece, str))
    return Card(
        id=id,
        kind=kind,
        section=section,
        question=asked,
        title=title,
        lead=lead,
        options=options,
        steps=steps,
        short=answer,
        parts=parts,
        tags=tags,
        level=level,
        tier=tier,
        retired=retired,
        digest=f"{sum(map(ord, id)):064x}",
    )


def part(name: PartName, *pieces: str | Html) -> Part:
    html: Html = ()
    for piece in pieces:
        html += (piece,) if isinstance(piece, str) else piece
    return Part(name, html)


def deck(*sections: Section, **meta: str) -> Deck:
    """A deck of these sections alone, with the sample's front matter and assets."""
    return Deck("sample", _meta(**meta), sections, _assets(), b"# sample\n")


@cache
def sample() -> Deck:
    """The whole sample: four sections, one of them empty; fourteen cards, one of them retired."""
    return deck(
        Section("docker", "Docker 与容器", ("<p>先说清楚容器是什么，再谈编排。</p>",), _docker()),
        Section("nginx", "Nginx 与反向代理", (), _nginx()),
        Section("later", "还没有写的一节", ("<p>这一节以后再写。</p>",), ()),
        Section("python", "Python 运行时", (), _python()),
    )


def _meta(**changes: str) -> Meta:
    facts = {
        "title": "运维面试速查",
        "lang": "zh-CN",
        "key": "sample-deck",
        "anki_deck": "运维面试 样例",
        "license": "CC-BY-SA-4.0",
        "homepage": "https://example.org/sample",
        "author": "样例作者",
        "description": "给测试用的小卡组。",
        **changes,
    }
    tags = {"concept": "概念", "config": "配置", "debug": "排错"}
    return Meta(**facts, tags=tags, guids={}, ignore=())


def _assets() -> dict[str, Asset]:
    flow = Asset("flow-1f2e3d4c.svg", "image/svg+xml", (_FIXTURES / "flow.svg").read_bytes())
    load = Asset("load-5b6a7988.png", "image/png", (_FIXTURES / "load.png").read_bytes())
    return {asset.name: asset for asset in (flow, load)}


FLOW = Picture("flow-1f2e3d4c.svg", "浏览器经过反向代理到两个应用", 480, 150, drawn=True)
LOAD = Picture("load-5b6a7988.png", "十分钟的负载，最高一格是红色", 320, 120)


def _formula() -> Math:
    return Math(r"O(n\log n)", False, (_FIXTURES / "formula.svg").read_text("utf-8").strip(), 6)


def _sum() -> Math:
    tex = r"\sum_{i=1}^{n} \frac{1}{i^2} \approx \frac{\pi^2}{6}"
    return Math(tex, True, (_FIXTURES / "sum.svg").read_text("utf-8").strip(), 23)


def _docker() -> tuple[Card, ...]:
    return (
        card(
            "docker-what-is",
            "一句话：Docker 是什么？",
            "<p>Docker 是<strong>开源的容器平台</strong>：把应用和依赖打成镜像，"
            "再以隔离的进程运行。</p>",
            parts=(
                part(
                    PartName.WHY,
                    "<p>容器与宿主机共享内核，只隔离进程、网络和文件系统，所以启动快、开销小。"
                    '镜像分层，相同的层只存一份<sup><a href="#fn-docker-what-is-why-1" '
                    'id="fnref-docker-what-is-why-1">1</a></sup>。它和虚拟机的区别见',
                    (LinkStart("docker-vs-vm"), "容器与虚拟机", LinkEnd()),
                    '。</p><div class="footnotes"><ol><li id="fn-docker-what-is-why-1">'
                    "<p>层由内容的摘要命名。</p></li></ol></div>",
                ),
                part(
                    PartName.EXAMPLE,
                    '<div class="code"><pre><code class="lang-console">'
                    f"{CODE['shell']}</code></pre></div>",
                ),
                part(
                    PartName.FOLLOW_UP,
                    "<ul><li><p><strong>问：在 macOS 上怎么跑？</strong></p>"
                    "<p>在一台轻量的 Linux 虚拟机里。</p></li>"
                    "<li><p>问：镜像和容器什么关系？</p><p>类与实例。</p></li></ul>",
                ),
                part(
                    PartName.PITFALL,
                    "<ul><li>容器<em>不是</em>轻量虚拟机，它没有自己的内核。</li>"
                    "<li>把数据写在容器层里，删掉容器就丢了。</li></ul>",
                ),
                part(
                    PartName.SOURCES,
                    '<ul><li><a href="https://docs.docker.com/get-started/docker-overview/" '
                    'rel="noopener noreferrer">Docker overview</a></li><li>'
                    '<a href="https://example.org/a/very/long/address/that/does/not/fit/into/one/'
                    'column/of/paper?and=it&amp;has=a_query_string" rel="noopener noreferrer">'
                    "https://example.org/a/very/long/address/that/does/not/fit/into/one/column/of/"
                    "paper?and=it&amp;has=a_query_string</a></li></ul>",
                ),
            ),
        ),
        card(
            "docker-package-unit",
            "Docker 打包了什么？",
            (
                "<p>Docker 把",
                ClozeStart(1),
                "应用",
                ClozeEnd(),
                "和",
                ClozeStart(2, "不只是代码"),
                "它的依赖",
                ClozeEnd(),
                "打包成可移植的",
                ClozeStart(3),
                "镜像 <code>image</code>",
                ClozeEnd(),
                "。</p>",
            ),
            kind=CardKind.CLOZE,
            parts=(part(PartName.WHY, "<p>交付物里带着环境，才谈得上可移植。</p>"),),
        ),
        card(
            "docker-vs-vm",
            "Docker 与虚拟机差在哪里？",
            "<p>虚拟机虚拟硬件，容器虚拟操作系统。</p>"
            '<div class="table"><table><thead><tr><th class="left">比较项</th>'
            '<th class="center">容器</th><th class="right">虚拟机</th></tr></thead><tbody>'
            '<tr><td class="left">启动时间</td><td class="center">毫秒到秒</td>'
            '<td class="right">几十秒</td></tr>'
            '<tr><td class="left">内核</td><td class="center">与宿主机共用</td>'
            '<td class="right">各有一个</td></tr>'
            '<tr><td class="left">隔离</td><td class="center">命名空间、控制组</td>'
            '<td class="right">硬件辅助</td></tr></tbody></table></div>',
            level=2,
            parts=(
                part(
                    PartName.WHY,
                    '<div class="callout note"><p class="callout-title">注意</p>'
                    "<p>隔离弱不等于不安全，但边界确实更薄。</p></div>"
                    '<div class="callout warning"><p class="callout-title">警告</p>'
                    "<p>不要用 <code>--privileged</code> 跑不信任的镜像。</p></div>",
                ),
            ),
        ),
        card(
            "docker-image-term",
            "镜像（image）",
            "<p>只读的分层文件系统，加上启动它所需的配置。</p>",
            kind=CardKind.REVERSE,
        ),
        card(
            "docker-retired",
            "这张卡片已经下架了吗？",
            "<p>下架的卡片只留在牌组里。</p>",
            tier="extra",
            retired=True,
        ),
    )


def _nginx() -> tuple[Card, ...]:
    return (
        card(
            "nginx-reverse-proxy",
            "什么是反向代理？",
            "<p>它替服务器接收请求，再转给后面的应用；客户端只看见它。</p><p>",
            (FLOW,),
            "</p>",
            section="nginx",
            parts=(
                part(
                    PartName.EXAMPLE,
                    '<div class="code"><p class="file">examples/nginx/upstream.conf</p><pre>'
                    '<code class="lang-nginx"><span class="k">upstream</span> app {\n'
                    '    <span class="k">least_conn</span>;\n'
                    '    <span class="k">server</span> <span class="n">10.0.0.11:8001</span> '
                    'weight=<span class="n">3</span>;\n'
                    '    <span class="k">server</span> <span class="n">10.0.0.12:8001</span> '
                    "backup;\n}</code></pre></div>",
                ),
                part(PartName.PITFALL, "<p><code>proxy_pass</code> 末尾的斜杠会改写路径。</p>"),
            ),
            tags=("concept", "config"),
        ),
        card(
            "nginx-balance",
            "Nginx 自带哪些负载均衡方法？",
            "<p>第三方模块才有的不算自带。</p>",
            kind=CardKind.CHOICE,
            section="nginx",
            lead=("<p>选出全部正确的说法：</p>",),
            options=(
                Option(("<p>轮询，默认就是它</p>",), True),
                Option(("<p>最少连接 <code>least_conn</code></p>",), True),
                Option(("<p>按响应时间的 <code>fair</code></p>",), False),
                Option(("<p>按客户端地址的 <code>ip_hash</code></p>",), True),
            ),
            level=2,
            tags=("config",),
        ),
        card(
            "nginx-request-order",
            "一个请求依次经过什么？",
            "<p>每一步都可能失败，排错也照这个顺序。</p>",
            kind=CardKind.ORDERED,
            section="nginx",
            steps=(
                ("<p>解析域名</p>",),
                ("<p>建立 TCP 与 TLS 连接</p>",),
                ("<p>匹配 <code>server</code> 和 <code>location</code></p>",),
                ("<p>转给上游并写回响应</p>",),
            ),
            tags=("debug",),
        ),
        card(
            "nginx-upstream-term",
            "上游（upstream）",
            "<p>一组接收转发的后端服务器。</p>",
            kind=CardKind.REVERSE,
            section="nginx",
            tier="extra",
        ),
    )


def _python() -> tuple[Card, ...]:
    return (
        card(
            "python-dunder",
            "<code>__init__</code> 与 <code>__new__</code> 谁先运行？",
            "<p><code>__new__</code> 先造出对象，<code>__init__</code> 再填它："
            "<code>a -&gt; b != c</code> 里没有连字。</p>",
            section="python",
            title="__init__ 与 __new__ 谁先运行？",
            level=3,
            parts=(
                part(
                    PartName.EXAMPLE,
                    '<div class="code"><pre><code class="lang-python">'
                    '<span class="k">class</span> <span class="t">Pool</span>:\n'
                    '    <span class="k">def</span> <span class="f">__init__</span>'
                    '(self, size: <span class="t">int</span> = <span class="n">4</span>) -&gt; '
                    '<span class="k">None</span>:\n'
                    '        <span class="s">"""连接池。"""</span>\n'
                    "        self.size = size\n\n"
                    '    <span class="k">def</span> <span class="f">ok</span>'
                    '(self, n: <span class="t">int</span>) -&gt; <span class="t">bool</span>:\n'
                    '        <span class="k">return</span> n != <span class="n">0</span> and '
                    'n &lt;= self.size and n &gt;= <span class="n">1</span> or n == '
                    '-<span class="n">1</span></code></pre></div>',
                ),
                part(PartName.SOURCES, "<p>《流畅的 Python》第一版，第 19 章</p>"),
            ),
        ),
        card(
            "python-sort-cost",
            (
                "排序的代价是多少？",
                "比较次数是 ",
                _formula(),
                " 吗？",
            ),
            (
                "<p>平均 ",
                _formula(),
                "，已经有序时更少。另一个著名的和：</p>",
                "<p>",
                _sum(),
                "</p><p>",
                LOAD,
                "</p>",
            ),
            section="python",
            title=r"排序的代价是多少？比较次数是 O(n\log n) 吗？",
            level=None,
            tier=None,
            tags=(),
            parts=(
                part(
                    PartName.FOLLOW_UP,
                    '<ul><li class="task done"><span class="box" role="img" aria-label="已完成">'
                    '</span>读过 Timsort 的说明</li><li class="task"><span class="box" role="img" '
                    'aria-label="未完成"></span>自己写过归并排序</li></ul>'
                    "<blockquote><p>稳定的排序保持相等元素的先后。</p></blockquote>"
                    "<h4>再往下</h4><p>这里有<del>错误的</del>删去的字。</p><hr>",
                ),
            ),
        ),
        card(
            "python-gil-cloze",
            (
                "同一时刻只有一个线程执行 ",
                ClozeStart(1, "三个字母"),
                "Python",
                ClozeEnd(),
                " 字节码，因为有",
                ClozeStart(2),
                "全局解释器锁",
                ClozeEnd(),
                "。",
            ),
            kind=CardKind.CLOZE,
            section="python",
            title="同一时刻只有一个线程执行 Python 字节码，因为有全局解释器锁。",
            tags=("concept", "debug"),
        ),
        card(
            "python-choice-two",
            "下面哪些对象可以做字典的键？",
            kind=CardKind.CHOICE,
            section="python",
            options=(
                Option(("<p>元组，只要元素都可散列</p>",), True),
                Option(("<p>列表</p>",), False),
            ),
        ),
        card(
            "python-ordered-two",
            "属性是按什么顺序找到的？",
            "<p>数据描述符最先，实例字典其次。</p>",
            kind=CardKind.ORDERED,
            section="python",
            steps=(
                ("<p>类型上的数据描述符</p>",),
                ("<p>实例的 <code>__dict__</code></p>",),
                ("<p>类型上的其他属性</p>",),
                ("<p>最后是 <code>__getattr__</code></p>",),
            ),
            level=3,
        ),
    )
