# a program of the template
