#!/bin/sh
# Run beside supervisord.conf: that is where supervisorctl looks first.
# part: look
supervisorctl status
supervisorctl restart 'web:*'
supervisorctl tail web
# part: apply
supervisorctl reread   # 只读取，报告变化
supervisorctl update   # 应用变化
# part: end
