#!/bin/sh
echo "script.sh runs for $PACKER_BUILD_NAME"
