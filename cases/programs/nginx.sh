# SPDX-License-Identifier: GPL-2.0-or-later
#
# nginx.sh CONF: nginx in the trial's folder, one process, telling all to its
# standard error. @NAME@ in CONF stands for what $NAME is in the environment.
env | sed -n 's,^\([A-Za-z_][A-Za-z_0-9]*\)=\(.*\)$,s|@\1@|\2|g,p' >fill.sed
sed -f fill.sed "$FILES/$1" >trial.conf
cp "$FILES/nginx.conf" .
exec nginx -e stderr -p . -c nginx.conf
