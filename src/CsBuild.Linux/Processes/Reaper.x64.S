# Process 1 of a step on x86-64. See Reaper.cs, which holds these bytes; a test compares the two.
# Stack at the start: count, own name, programs to try, an empty text, the command's arguments, 0, the environment, 0.
# Descriptor 3: where the builder listens. A report is two 32-bit numbers: what, and a value.
    .intel_syntax noprefix
    .globl _start
_start:
    lea  r13, [rsp + 16]            # programs to try
    mov  r12, r13
1:  mov  rax, [r12]
    add  r12, 8
    cmp  byte ptr [rax], 0
    jne  1b                         # r12: arguments of the command
    mov  r14, r12
2:  mov  rax, [r14]
    add  r14, 8
    test rax, rax
    jne  2b                         # r14: environment
    sub  rsp, 16                    # the report
    mov  edi, 4                     # prctl(PR_SET_DUMPABLE, 0): nobody in here may trace or look into process 1
    xor  esi, esi
    mov  eax, 157
    syscall
    mov  edi, 17                    # clone(SIGCHLD)
    xor  esi, esi
    xor  edx, edx
    xor  r10d, r10d
    xor  r8d, r8d
    mov  eax, 56
    syscall
    mov  r15d, eax
    test eax, eax
    js   4f
    jz   3f
    mov  ebx, eax
5:  mov  edi, -1                    # wait4(-1, &value, __WALL, 0): everybody's orphans too
    movsxd rdi, edi
    lea  rsi, [rsp + 4]
    mov  edx, 0x40000000
    xor  r10d, r10d
    mov  eax, 61
    syscall
    cmp  eax, ebx
    jne  5b
    mov  dword ptr [rsp], 101       # Exited
    xor  ebx, ebx
    jmp  6f
3:  mov  edi, 3                     # close_range(3, -1, CLOSE_RANGE_CLOEXEC)
    mov  esi, -1
    mov  edx, 4
    mov  eax, 436
    syscall
    mov  r15d, -2                   # ENOENT, should no program be there
7:  mov  rdi, [r13]
    cmp  byte ptr [rdi], 0
    je   4f
    add  r13, 8
    mov  rsi, r12                   # execve
    mov  rdx, r14
    mov  eax, 59
    syscall
    cmp  eax, -2                    # not there: the next one
    je   7b
    cmp  eax, -20
    je   7b
    mov  r15d, eax
    cmp  eax, -13                   # not allowed: the next one, but remembered
    je   7b
4:  neg  r15d
    mov  dword ptr [rsp], 100       # NotExecuted
    mov  [rsp + 4], r15d
    mov  ebx, 127
6:  mov  edi, 3                     # write(3, report, 8)
    mov  rsi, rsp
    mov  edx, 8
    mov  eax, 1
    syscall
    mov  edi, ebx                   # exit_group
    mov  eax, 231
    syscall
