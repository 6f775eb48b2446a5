// Process 1 of a step on arm64. See Reaper.cs, which holds these bytes, and Reaper.x64.S, which explains them.
    .globl _start
_start:
    add  x19, sp, #16               // programs to try
    mov  x20, x19
1:  ldr  x9, [x20], #8
    ldrb w9, [x9]
    cbnz w9, 1b                     // x20: arguments of the command
    mov  x21, x20
2:  ldr  x9, [x21], #8
    cbnz x9, 2b                     // x21: environment
    sub  sp, sp, #16                // the report
    mov  x0, #4                     // prctl(PR_SET_DUMPABLE, 0)
    mov  x1, #0
    mov  x8, #167
    svc  #0
    mov  x0, #17                    // clone(SIGCHLD)
    mov  x1, #0
    mov  x2, #0
    mov  x3, #0
    mov  x4, #0
    mov  x8, #220
    svc  #0
    mov  w22, w0
    cmp  w0, #0
    b.lt 4f
    b.eq 3f
5:  mov  x0, #-1                    // wait4(-1, &value, __WALL, 0)
    add  x1, sp, #4
    mov  x2, #0x40000000
    mov  x3, #0
    mov  x8, #260
    svc  #0
    cmp  w0, w22
    b.ne 5b
    mov  w9, #101                   // Exited
    mov  x23, #0
    b    6f
3:  mov  x0, #3                     // close_range(3, -1, CLOSE_RANGE_CLOEXEC)
    mov  w1, #-1
    mov  x2, #4
    mov  x8, #436
    svc  #0
    mov  w22, #-2                   // ENOENT
7:  ldr  x0, [x19]
    ldrb w9, [x0]
    cbz  w9, 4f
    add  x19, x19, #8
    mov  x1, x20                    // execve
    mov  x2, x21
    mov  x8, #221
    svc  #0
    cmn  w0, #2
    b.eq 7b
    cmn  w0, #20
    b.eq 7b
    mov  w22, w0
    cmn  w0, #13
    b.eq 7b
4:  neg  w22, w22
    mov  w9, #100                   // NotExecuted
    str  w22, [sp, #4]
    mov  x23, #127
6:  str  w9, [sp]
    mov  x0, #3                     // write(3, report, 8)
    mov  x1, sp
    mov  x2, #8
    mov  x8, #64
    svc  #0
    mov  x0, x23                    // exit_group
    mov  x8, #94
    svc  #0
