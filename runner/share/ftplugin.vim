" SPDX-License-Identifier: GPL-2.0-or-later
if exists("b:did_ftplugin")
  finish
endif
let b:did_ftplugin = 1
setlocal comments=:# commentstring=#\ %s formatoptions-=t
setlocal expandtab shiftwidth=4 softtabstop=4
if executable("lastack")
  " :make says what is wrong, gq lays out
  setlocal makeprg=lastack\ check\ %:S
  setlocal errorformat=%f:%l:%c:\ %trror:\ %m,%f:%l:%c:\ %tarning:\ %m,%-G%.%#
  setlocal formatprg=lastack\ fmt\ -
endif
let b:undo_ftplugin = "setlocal comments< commentstring< formatoptions< expandtab< shiftwidth< softtabstop< makeprg< errorformat< formatprg<"
