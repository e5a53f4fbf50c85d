" SPDX-License-Identifier: GPL-2.0-or-later
" A file that ends in .case and whose first lines are those of a scenario
function! s:detect() abort
  for line in getline(1, 20)
    if line =~# '^\s*\(lastack\|title\|about\|ref\|needs\|family\|vary\)\s'
      setfiletype lastack
      return
    elseif line !~# '^\s*\(#\|$\)'
      return
    endif
  endfor
endfunction
autocmd BufNewFile,BufRead *.case call s:detect()
autocmd BufNewFile,BufRead */cases/*/*.case setfiletype lastack
