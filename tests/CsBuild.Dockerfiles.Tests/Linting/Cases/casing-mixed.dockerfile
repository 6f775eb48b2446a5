From scratch
Env a=1
Copy a b
LABEL x=y
