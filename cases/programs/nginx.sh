# SPDX-License-Identifier: GPL-2.0-or-later
#
# nginx.sh NAME: nginx with NAME.conf, one process in a folder of that name, which
# tells all to its standard error. @WORD@ in NAME.conf stands for what $WORD is in
# the environment.
mkdir "$1" && cd "$1" || exit
env | sed -n 's,^\([A-Za-z_][A-Za-z_0-9]*\)=\(.*\)$,s|@\1@|\2|g,p' >fill.sed
sed -f fill.sed "$FILES/$1.conf" >trial.conf
cp "$FILES/nginx.conf" .
exec nginx -e stderr -p . -c nginx.conf
