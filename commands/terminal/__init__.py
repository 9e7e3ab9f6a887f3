"""What all commands share: the options they take, and how they speak to a person.

Input: arguments, findings and errors. Output: values, and sentences in the author's language.
"""
