"""The syntax of a text: CommonMark and GFM, with the project's own marks.

The input is Markdown. The output is a `Document`: blocks with the lines on which they stand, and on
demand the inline syntax of each. Everything that looks into a text reads that, so that the reader,
the checks and the renderer never disagree.
"""
