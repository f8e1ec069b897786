"""Time by number of services as an SVG, both axes logarithmic; the same numbers make the same bytes."""

from __future__ import annotations

import math
from collections.abc import Mapping

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 680, 380, 60, 170, 20, 45
_COLOURS = {"ordinary Python": "#b3541e", "fast synthesis": "#1f6f54", "native JavaScript": "#3b5b92"}
_FONT = 'font-family="sans-serif" font-size="12"'

Series = Mapping[str, Mapping[int, float]]


def svg(series: Series) -> str:
    """Each series: name → number of services → seconds."""
    xs = sorted({x for points in series.values() for x in points})
    ys = [y for points in series.values() for y in points.values()]
    low, high = math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys)))
    right = math.log10(max(xs)) or 1

    def x_at(value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log10(value) / right

    def y_at(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (math.log10(value) - low) / (high - low)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" {_FONT}>',
        "<title>Seconds of a synthesis by number of services</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
    ]
    for power in range(low, high + 1):
        y = y_at(10**power)
        parts.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#dddddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10**power:g} s</text>')
    parts += [f'<text x="{x_at(x):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{x}</text>' for x in xs]
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle:.1f}" y="{HEIGHT - 8}" text-anchor="middle">services</text>')
    for name, points in series.items():
        parts += _line(name, [(x_at(x), y_at(y)) for x, y in sorted(points.items())])
    return "\n".join([*parts, "</svg>", ""])


def _line(name: str, points: list[tuple[float, float]]) -> list[str]:
    colour = _COLOURS[name]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    return [
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
        *[f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points],
        f'<text x="{x + 10:.1f}" y="{y + 4:.1f}" fill="{colour}">{name}</text>',
    ]
