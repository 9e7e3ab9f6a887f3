"""What all verbs share: the options they take, and how they speak to a person.

In come arguments, findings and errors; out go values, and sentences in the author's language.
"""
